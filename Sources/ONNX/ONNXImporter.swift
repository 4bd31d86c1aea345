#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import Quantizer

/// Reads an ONNX file into a graph of streams.
///
/// ```swift
/// let model = try ONNXImporter.read(path: "digits.onnx")
/// print(model.graph.nodes.count, model.inputLayouts)
/// ```
public enum ONNXImporter {
  /// Reads the file at `path`; data kept outside the file are looked for beside it.
  ///
  /// Throws `ImportError`: the file is absent or no ONNX file, or the network holds something that cannot be run.
  public static func read(path: String, options: ImportOptions = ImportOptions()) throws -> ImportedModel {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ImportError("cannot read '\(path)': check that the file exists and may be read")
    }
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return try read(bytes: bytes, directory: directory, options: options)
  }

  /// Reads a file's bytes. `directory` is where data kept outside the file are looked for; nil: there are none.
  public static func read(
    bytes: Data, directory: String? = nil, options: ImportOptions = ImportOptions()
  ) throws -> ImportedModel {
    var source = try SourceGraph(bytes: bytes, directory: directory)
    try source.prepare()
    return try Lowering.run(source, options: options)
  }
}
