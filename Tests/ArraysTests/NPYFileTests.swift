import Glibc
import Testing

@testable import Arrays

@Suite struct NPYFileTests {
  @Test(arguments: ["i1", "i2", "i4", "i8", "f2", "f4", "f8", "version2", "version3"])
  func everySignedTypeAndVersion(name: String) throws {
    let array = try NPYFile.read(fixture("\(name).npy"))
    #expect(array.shape == [2, 3])
    #expect(try array.floats() == [-2, -1, 0, 1, 2, 3])
    if array.elementType.isInteger { #expect(try array.integers() == [-2, -1, 0, 1, 2, 3]) }
  }

  @Test func unsignedTypesWrapAsNumPyStoredThem() throws {
    #expect(try NPYFile.read(fixture("u1.npy")).integers() == [254, 255, 0, 1, 2, 3])
    #expect(try NPYFile.read(fixture("u2.npy")).floats() == [65534, 65535, 0, 1, 2, 3])
    #expect(try NPYFile.read(fixture("u8.npy")).floats().last == 3)
    #expect(message { _ = try NPYFile.read(fixture("u4.npy")).integers() } == "an integer does not fit into 32 bits")
  }

  @Test func booleans() throws {
    #expect(try NPYFile.read(fixture("b1.npy")).floats() == [1, 1, 0, 1, 1, 1])
  }

  @Test func halfPrecisionIsExact() throws {
    let values = try NPYFile.read(fixture("half.npy")).floats()
    #expect(values == [0, 0, 1, -2, 65504, 0x1p-24, 0x1.5p-17, .infinity])
    #expect(values[1].sign == .minus)
  }

  @Test func fortranOrderBecomesCOrder() throws {
    let array = try NPYFile.read(fixture("fortran.npy"))
    #expect(array.shape == [2, 3, 4])
    #expect(try array.floats() == (0..<24).map(Float.init))
  }

  @Test func bigEndianIsSwapped() throws {
    let array = try NPYFile.read(fixture("big_endian.npy"))
    #expect(array.elementType == .int32)
    #expect(try array.integers() == [-2000, -1000, 0, 1000, 2000, 3000])
    #expect(try NPYFile.read(fixture("big_endian_text.npy")).strings() == ["né", "日本"])
  }

  @Test func strings() throws {
    #expect(try NPYFile.read(fixture("text.npy")).strings() == ["up", "down", ""])
    #expect(try NPYFile.read(fixture("bytes.npy")).strings() == ["up", "down", ""])
    #expect(try NPYFile.read(fixture("i4.npy")).strings().first == "-2")
  }

  @Test func scalarAndEmpty() throws {
    let scalar = try NPYFile.read(fixture("scalar.npy"))
    #expect(scalar.shape == [] && scalar.count == 1)
    #expect(try scalar.floats() == [2.5])
    let empty = try NPYFile.read(fixture("empty.npy"))
    #expect(empty.shape == [0, 5] && empty.count == 0)
    #expect(try empty.floats() == [])
  }

  @Test func whatCannotBeReadIsNamed() {
    #expect(message { _ = try NPYFile.read(fixture("objects.npy")) }?.contains("Python objects") == true)
    #expect(message { _ = try NPYFile.read(fixture("records.npy")) }?.contains("records with fields") == true)
    #expect(message { _ = try NPYFile.read(fixture("complex.npy")) }?.contains("'c8'") == true)
    #expect(message { _ = try NPYFile.read(fixture("stored.npz")) }?.contains("not a .npy file") == true)
    #expect(message { _ = try NPYFile.read(fixture("absent.npy")) }?.contains("No such file") == true)
    #expect(message { _ = try NPYFile.read(fixture("")) }?.contains("is a folder") == true)
    #expect(message { _ = try NPYFile.read(fixture("text.npy")).floats() }?.contains("strings") == true)
  }

  @Test func writtenArraysAreReadBack() throws {
    let path = temporaryPath("x.npy")
    defer { unlink(path) }
    for shape in [[], [6], [2, 3], [1, 6, 1], [0, 4]] {
      let count = shape.reduce(1, *)
      let array = try NumericArray(shape: shape, floats: (0..<count).map(Float.init))
      try NPYFile.write(array, to: path)
      #expect(try NPYFile.read(path) == array)
    }
  }

  @Test func writesWhatNumPyWrites() throws {
    for name in ["f4", "i4", "text", "scalar"] {
      let original = try Files.read(fixture("\(name).npy"))
      #expect(NPYFile.serialize(try NPYFile.parse(original)) == original)
    }
  }

  @Test func aFailedWriteLeavesNothingBehind() throws {
    let folder = temporaryPath("folder")
    mkdir(folder, 0o700)
    defer { rmdir(folder) }
    let array = try NumericArray(shape: [1], floats: [1])
    #expect(message { try NPYFile.write(array, to: folder) }?.contains("cannot write") == true)
    #expect(message { try NPYFile.write(array, to: folder + "/no/x.npy") }?.contains("No such file") == true)
  }

  @Test func everyTruncationAndEveryChangedByteIsSurvived() throws {
    for name in ["f4", "fortran", "big_endian_text"] {
      let original = try Files.read(fixture("\(name).npy"))
      for length in 0..<original.count {
        #expect(throws: ArrayError.self) { try NPYFile.parse(Array(original[..<length])) }
      }
      for position in original.indices {
        for change: UInt8 in [1, 0x10, 0x80, 0xFF] {
          var damaged = original
          damaged[position] ^= change
          if let array = try? NPYFile.parse(damaged) { #expect(array.bytes.count <= original.count) }
        }
      }
    }
  }

  private func file(_ shape: String, _ type: String = "<f4", elements: [UInt8] = []) -> [UInt8] {
    let header = Array("{'descr': '\(type)', 'fortran_order': True, 'shape': \(shape), }".utf8)
    let length = (0..<4).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return NPYFile.magic + [2, 0] + length + header + elements
  }

  @Test func impossibleShapesAreRefused() {
    for shape in [
      "(4611686018427387904, 4)", "(-1,)", "(99999999999999999999,)", "(1.5,)", "3", "(3,", "(9223372036854775807,)",
    ] {
      #expect(throws: ArrayError.self) { try NPYFile.parse(file(shape)) }
    }
    #expect(throws: ArrayError.self) { try NPYFile.parse(file("(4611686018427387904,)", "<U0")) }
    #expect(throws: ArrayError.self) { try NPYFile.parse(file("(2,)", "<U99999999999")) }
  }

  /// The rows of an array without elements take no bytes, and what stands behind a 0 still is multiplied.
  @Test func endlessShapesWithoutElementsAreRefused() throws {
    for shape in [
      "(0, 9223372036854775807)", "(9223372036854775807, 0, 8)", "(0, 9223372036854775807, 8)", "(1048577, 0)",
    ] {
      let found = message { _ = try NPYFile.parse(file(shape)) }
      #expect(found?.contains("is too large") == true)
    }
    #expect(try NPYFile.parse(file("(0, 224, 224, 3)")).count == 0)
    #expect(try NPYFile.parse(file("(1048576, 0)")).shape == [1_048_576, 0])
  }

  /// Each element moves the place along every axis: without a limit, a file of 2 MB would take hours.
  @Test func axesWithoutEndAreRefused() throws {
    let ones = { (count: Int) in String(repeating: "1, ", count: count) }
    let elements = [UInt8](repeating: 0, count: 4 * 1 << 16)
    let many = file("(256, \(ones(300_000))256)", elements: elements)
    #expect(message { _ = try NPYFile.parse(many) } == "300002 axes are more than the 64 that an array may have")
    #expect(try NPYFile.parse(file("(256, \(ones(62))256)", elements: elements)).count == 1 << 16)
  }

  @Test func headersThatAreNoneAreNamed() {
    func refused(_ header: String) -> String? {
      message { _ = try NPYFile.parse(NPYFile.magic + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)) }
    }
    #expect(refused("{'descr': '<f4', 'shape': ()}") == "the header lacks 'descr', 'fortran_order' or 'shape'")
    #expect(refused("{'descr': 'f4', 'fortran_order': False, 'shape': ()}") == "no byte order in type 'f4'")
    let odd = "the header's 'fortran_order' or 'shape' is not what it should be"
    #expect(refused("{'descr': '<f4', 'fortran_order': 'no', 'shape': ()}") == odd)
    for text in ["", "[]", "{'descr'}", "{'descr': }", "{'descr': '' 'shape': ()}", "{'descr': [", "{'shape': (1 2)}"] {
      #expect(refused(text) == "the header is not a Python dictionary")
    }
    #expect(message { _ = try NPYFile.parse(NPYFile.magic + [4, 0]) } == "version 4 of the .npy format is not known")
  }

  @Test func rowsThatAreNotThereAreNamed() throws {
    let array = try NumericArray(shape: [3, 2], integers: [1, 2, 3, 4, 5, 6])
    #expect(try array.rows(1..<3) == NumericArray(shape: [2, 2], integers: [3, 4, 5, 6]))
    #expect(message { _ = try array.rows(2..<4) } == "entries 2..<4 lie outside an array of shape [3, 2]")
    #expect(message { _ = try array.reshaped([4]) } == "an array of shape [4] of <i4 cannot have 24 bytes")
  }
}
