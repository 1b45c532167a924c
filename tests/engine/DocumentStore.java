import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

/** Speaks MongoDB's protocol on PORT (0: any), keeps its data in FILE, and says its port on a line of its own. */
class DocumentStore {
    public static void main(String[] args) {
        var backend = new H2Backend(args[1]);
        backend.version(new MongoVersion() {  // its own is older than what today's drivers talk to
            public List<Integer> getVersionArray() { return List.of(5, 0, 0); }
            public int getWireVersion() { return 13; }
        });
        var server = new MongoServer(backend);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        System.out.println("port " + server.getLocalAddress().getPort());
    }
}
