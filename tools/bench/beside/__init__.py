"""This library beside its peers on convolutional-recurrent networks. `make bench` runs it."""
