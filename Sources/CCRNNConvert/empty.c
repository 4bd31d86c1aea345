/* A C target needs a source file; this one has only headers. */
