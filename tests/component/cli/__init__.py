"""A package, not a mere folder: the deployment that its tests share ends with it (`scope="package"`)."""
