import Quantizer

extension Layer {
  static let pools = [
    Layer("pool", weight: 3, .windowed) { builder, input, timing in
      let ceiling = builder.random.chance(35)
      var geometry = builder.geometry(input, timing, ceiling: ceiling)
      if case .free = timing {
        let extent = geometry.dilation.time * (geometry.kernel.time - 1) + 1
        geometry.padBefore.time = min(geometry.padBefore.time, extent - 1)
        geometry.padAfter.time = min(geometry.padAfter.time, extent - 1)
      }
      let kind: Pool.Kind = builder.random.pick([
        .maximum, .average(countPadding: true), .average(countPadding: false), .lp(2), .lp(4),
      ])
      return try builder.add(.pool(Pool(kind: kind, geometry: geometry, ceilingTime: ceiling)), [input])
    }
  ]
}
