import ONNX
import Quantizer
import Testing

/// The rates of inputs with sequences of different lengths, as they follow from the nodes that join them.
@Suite struct RateTests {
  /// The rates of the input ports, in port order, as text.
  private func rates(_ name: String) throws -> [String] {
    let fixture = try #require(FixtureCase.all.first { $0.name == name })
    let graph = try ONNXImporter.read(path: fixture.path, options: fixture.options).graph
    return graph.inputs.map { graph.tensors[$0.tensor].rate.description }
  }

  @Test func areTheSmallestWholeNumbers() throws {
    #expect(try rates("rates_two_to_one") == ["2", "1"])
    #expect(try rates("rates_slow_first") == ["2", "1"])
    #expect(try rates("rates_three_to_two") == ["3", "2"])
    #expect(try rates("rates_four_two_one") == ["4", "2", "1"])
    #expect(try rates("rates_by_pool") == ["4", "1"])
    #expect(try rates("rates_lookahead") == ["1", "1"])
    #expect(try rates("rates_one_name") == ["2", "1"])
    #expect(try rates("rates_fixed_lengths") == ["2", "1"])
  }

  @Test func areWhatTheUserSays() throws {
    #expect(try rates("rates_stated") == ["3/2", "1"])
    #expect(try rates("rates_stated_for_one") == ["100", "50"])
  }

  /// What comes once per sequence has no rate, and does not change the others'.
  @Test func areNotOfInputsThatComeOnce() throws {
    #expect(try rates("rates_repeated_by_the_other") == ["2", "1", "0"])
    #expect(try rates("concat_once_per_sequence") == ["1", "0"])
  }
}
