import Foundation

/// `count` elements that end where a page begins that may be neither read nor written, behind bytes of a known value.
final class GuardedMemory<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int
  private static var guardByte: UInt8 { 0xA5 }

  init(_ elements: [Element]) {
    count = elements.count
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = count * MemoryLayout<Element>.stride
    // At least one whole page in front, for the guard bytes.
    let usable = (bytes / page + 2) * page
    mappedBytes = usable + page
    guard
      let memory = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      memory != MAP_FAILED, mprotect(memory + usable, page, PROT_NONE) == 0
    else { fatalError("no memory for a test") }
    mapping = memory
    memset(memory, Int32(Self.guardByte), usable)
    base = (memory + usable - bytes).bindMemory(to: Element.self, capacity: count)
    base.initialize(from: elements, count: count)
  }

  convenience init(repeating element: Element, count: Int) { self.init([Element](repeating: element, count: count)) }

  deinit { munmap(mapping, mappedBytes) }

  var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Whether nothing was written in front of the elements.
  var isIntact: Bool {
    let start = UnsafeMutableRawPointer(base)
    return (1...64).allSatisfy { (start - $0).load(as: UInt8.self) == Self.guardByte }
  }
}
