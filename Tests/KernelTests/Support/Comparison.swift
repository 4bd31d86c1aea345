import Testing

/// Element counts around the widths of vectors.
let awkwardCounts = [1, 2, 3, 5, 7, 8, 9, 11, 13, 15, 16, 17, 23, 31, 32, 33, 37, 61, 101]

/// The bits of a value; all NaNs count as one (docs/numerics.md: which NaN results is settled where a value leaves).
func bits(_ x: Float) -> UInt32 { x.isNaN ? 0x7FC0_0000 : x.bitPattern }

/// Expects equal bits, element for element, and guard bytes that are still there.
func expectSame(
  _ actual: GuardedMemory<Float>, _ expected: GuardedMemory<Float>, _ context: @autoclosure () -> String,
  location: SourceLocation = #_sourceLocation
) {
  let differing = zip(actual.elements, expected.elements).enumerated().first { bits($1.0) != bits($1.1) }
  if let (index, (got, want)) = differing {
    Issue.record("\(context()): element \(index) is \(got), the reference says \(want)", sourceLocation: location)
  }
  if !actual.isIntact { Issue.record("\(context()): wrote in front of its output", sourceLocation: location) }
}

func expectSame<T: BitwiseCopyable & Equatable>(
  _ actual: GuardedMemory<T>, _ expected: GuardedMemory<T>, _ context: @autoclosure () -> String,
  location: SourceLocation = #_sourceLocation
) {
  let differing = zip(actual.elements, expected.elements).enumerated().first { $1.0 != $1.1 }
  if let (index, (got, want)) = differing {
    Issue.record("\(context()): element \(index) is \(got), the reference says \(want)", sourceLocation: location)
  }
  if !actual.isIntact { Issue.record("\(context()): wrote in front of its output", sourceLocation: location) }
}
