import CLinked
import Converter
import Quantizer

/// Which families of operations a network uses (`include/crnn_link.h`), and what each takes where a firmware links these alone.
struct LinkedFamilies {
  struct Family {
    var name: String
    /// Bytes of code and constants that it adds to the runtime, by itself, on a Cortex-M4F.
    var bytes: Int
    /// What the network uses of it, in the order of the nodes: "recurrent lstm".
    var uses: [String] = []
    var nodes: [String] = []
  }

  let used: [Family]

  init(_ packed: PackedModel, _ nodes: [ModelInspection.Node]) {
    var families = FamilySizes.families.map { Family(name: $0.name, bytes: $0.bytes) }
    for (node, described) in zip(packed.nodes, nodes) {
      let place = crnn_family_place(Int(node.record.op)) - MemoryLayout<Int>.size
      let index = place / MemoryLayout<OpaquePointer>.size
      guard place >= 0, index < families.count else { continue }
      families[index].nodes.append(described.name)
      let use = described.kind.isEmpty ? described.operation : "\(described.operation) \(described.kind)"
      if !families[index].uses.contains(use) { families[index].uses.append(use) }
    }
    used = families.filter { !$0.nodes.isEmpty }
  }

  /// What a firmware's C source says to link these alone.
  var declaration: String {
    ([
      "#include <crnn_link.h>", "", "const crnn_linked crnn_linked_families = {",
      "  .struct_size = sizeof(crnn_linked),",
    ]
      + used.map { "  .\($0.name) = crnn_family_\($0.name)," } + ["};"]).joined(separator: "\n")
  }

  var text: String {
    var table = Table(["family", "nodes", "bytes", "what the network uses of it"], leftColumns: [0, 3])
    for family in used {
      table.add([
        family.name, String(family.nodes.count), String(family.bytes), family.uses.joined(separator: ", "),
      ])
    }
    return """
      \(table.text)

      bytes of code and constants of each by itself on a Cortex-M4F, beside \(FamilySizes.core) of the runtime without any, \
      \(FamilySizes.all) with all: families share code, and together they take less

      \(declaration)
      """
  }

  var json: JSONValue {
    .members([
      ("core_bytes", .integer(FamilySizes.core)),
      ("all_bytes", .integer(FamilySizes.all)),
      (
        "families",
        .array(
          used.map {
            .members([
              ("name", .text($0.name)), ("bytes", .integer($0.bytes)), ("uses", .texts($0.uses)),
              ("nodes", .texts($0.nodes)),
            ])
          })
      ),
      ("declaration", .text(declaration)),
    ])
  }
}
