import CKernelSet

@c @implementation
func crnn_kernel_set() -> UnsafePointer<crnn_kernels> { crnn_kernel_table() }
