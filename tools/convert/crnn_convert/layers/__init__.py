"""One function per kind of Keras layer: it takes the layer's input tensors and adds its nodes to the graph."""
