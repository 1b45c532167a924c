"""Tools for developers: the documents that are made from the code."""
