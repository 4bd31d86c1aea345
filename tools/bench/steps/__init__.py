"""One streaming step of real networks, this library beside its peers. `make bench-steps` runs it."""
