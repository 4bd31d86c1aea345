import Glibc

/// Memory that ends, to the byte, at a page that cannot be touched, and whose pages follow one that cannot: what uses a byte more
/// than it said ends the test.
struct GuardedMemory {
  let start: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawPointer
  private let length: Int

  init(_ bytes: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let inner = (bytes + page - 1) / page * page
    length = inner + 2 * page
    let mapped = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { fatalError("no memory for a test") }
    mapping = mapped
    mprotect(mapping, page, PROT_NONE)
    mprotect(mapping + page + inner, page, PROT_NONE)
    start = mapping + page + (inner - bytes)
    // What was not written must not matter.
    start.initializeMemory(as: UInt8.self, repeating: 0xA5, count: bytes)
  }

  func release() { munmap(mapping, length) }
}
