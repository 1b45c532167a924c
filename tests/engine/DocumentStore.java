import de.bwaldvogel.mongo.*;
import de.bwaldvogel.mongo.backend.*;
import de.bwaldvogel.mongo.backend.h2.*;
import de.bwaldvogel.mongo.bson.Document;
import java.util.*;

/** Speaks MongoDB's protocol on PORT (0: any), keeps its data in FILE, and says its port on a line of its own. */
class DocumentStore {
    public static void main(String[] args) {
        var backend = new H2Backend(args[1]) {
            @Override protected MongoDatabase openOrCreateDatabase(String name) {
                return new H2Database(name, getMvStore(), getCursorRegistry()) {
                    @Override protected Index<Object> openOrCreateSecondaryIndex(
                            String collection, String index, List<IndexKey> keys, boolean sparse) {
                        return new FirstField(index, keys);
                    }
                };
            }
        };
        backend.version(new MongoVersion() {  // its own is older than what today's drivers talk to
            @Override public List<Integer> getVersionArray() { return List.of(5, 0, 0); }
            @Override public int getWireVersion() { return 13; }
        });
        var server = new MongoServer(backend);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        System.out.println("port " + server.getLocalAddress().getPort());
    }
}

/**
 * The server has unique indexes only, and uses one only where it answers a whole filter; otherwise it reads everything.
 * This one knows where documents are by their `_id` and by the index's first field, and what it finds is filtered on.
 */
class FirstField extends EmptyIndex<Object> {
    private final Map<String, Index<Object>> fields = new LinkedHashMap<>();
    private final Map<String, Map<KeyValue, Set<Object>>> places = new HashMap<>();

    FirstField(String name, List<IndexKey> keys) {
        super(name, keys);
        for (var key : List.of(new IndexKey("_id", true), keys.get(0))) {
            fields.put(key.getKey(), new EmptyIndex<>(name, List.of(key)));
            places.put(key.getKey(), new HashMap<>());
        }
    }

    @Override public synchronized void add(Document document, Object place, MongoCollection<Object> collection) {
        fields.forEach((field, values) -> values.getKeyValues(document).forEach(value ->
            places.get(field).computeIfAbsent(value, v -> new LinkedHashSet<>()).add(place)));
    }

    @Override public synchronized Object remove(Document document) {
        var gone = new ArrayList<>(found("_id", List.of(document.get("_id"))));
        fields.forEach((field, values) -> values.getKeyValues(document).forEach(value ->
            places.get(field).computeIfPresent(value, (v, all) -> all.removeAll(gone) && all.isEmpty() ? null : all)));
        return null;
    }

    @Override public synchronized void updateInPlace(
            Document before, Document after, Object place, MongoCollection<Object> collection) {
        remove(before);
        add(after, place, collection);
    }

    @Override public boolean canHandle(Document query) {
        return fields.keySet().stream().anyMatch(field -> asked(query.get(field)) != null);
    }

    @Override public synchronized Iterable<Object> getPositions(Document query) {
        var field = fields.keySet().stream().filter(name -> asked(query.get(name)) != null).findFirst().orElseThrow();
        return found(field, asked(query.get(field)));
    }

    private Set<Object> found(String field, Collection<?> values) {
        var all = new LinkedHashSet<>();
        values.forEach(value -> all.addAll(places.get(field).getOrDefault(new KeyValue(value).normalized(), Set.of())));
        return all;
    }

    /** The values that a condition allows, where it is one value or a list of them; otherwise null. */
    private static Collection<?> asked(Object condition) {
        if (condition instanceof Document part && part.size() == 1 && part.get("$in") instanceof Collection<?> list) {
            return list.stream().allMatch(FirstField::plain) ? list : null;
        }
        return plain(condition) ? List.of(condition) : null;
    }

    private static boolean plain(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }
}
