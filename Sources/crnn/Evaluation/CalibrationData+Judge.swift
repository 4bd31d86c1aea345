import Converter
import Quantizer

extension CalibrationData {
  /// Counts right decisions of the network's first output; nil where the data have no labels.
  func judge(_ job: ConversionJob) throws -> AccuracyJudge? {
    guard let source, let output = job.graph.outputs.first else { return nil }
    let classes = job.graph.tensors[output.tensor].frame.elements
    var model = try FloatModel(graph: job.graph, inputs: job.ports)
    model.texts = try job.request.classes.texts(classes: classes)
    let judge = try Judge(model, classes: classes, source: source, set: set, names: Evaluation.Names())
    guard judge.hasLabels else { return nil }
    return { try judge.accuracy($0.map { $0.first ?? [] }) }
  }
}
