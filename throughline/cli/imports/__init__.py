"""`throughline import`: rows of a file become complaints."""
