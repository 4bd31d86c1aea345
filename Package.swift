// swift-tools-version: 6.2
import PackageDescription

/// `CRNN_EMBEDDED=1`: the runtime without the Swift runtime and without allocation, for the shared and static
/// libraries. Otherwise regular Swift, from the same sources: tests, tools, sanitizers.
let isEmbedded = Context.environment["CRNN_EMBEDDED"] != nil

/// Debug builds, and others with `CRNN_CHECKED=1`, notice two threads in one stream.
let checks: [SwiftSetting] =
  Context.environment["CRNN_CHECKED"] != nil
  ? [.unsafeFlags(["-Xcc", "-DCRNN_CHECKED"])]
  : [.unsafeFlags(["-Xcc", "-DCRNN_CHECKED"], .when(configuration: .debug))]

/// Tables of kernels in 32 bits each (Sources/CLinked/kernels.c).
#if arch(x86_64)
  let offsets = isEmbedded ? ["-DCRNN_KERNEL_OFFSETS"] : []
#else
  let offsets: [String] = []
#endif

/// What the runtime and its kernels are compiled with. `-ffp-contract=off`: a multiplication and an addition are never
/// fused.
let core: [SwiftSetting] =
  [.treatAllWarnings(as: .error)] + checks
  + (isEmbedded
    ? [
      .enableExperimentalFeature("Embedded"),
      .unsafeFlags(["-no-allocations", "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-stack-protector"]),
      .unsafeFlags(offsets.flatMap { ["-Xcc", $0] }),
    ] : [])

/// The library's bytes are mostly control flow outside the fast kernels: optimised for size, it fits what the tests allow it. The attribute says
/// so of the functions of C headers too.
let smallest: [SwiftSetting] = isEmbedded ? [.unsafeFlags(["-Osize", "-Xllvm", "-force-attribute=minsize"])] : []
/// What stands in several functions becomes one of its own, in machine code: 1 KB of the runtime, which has no inner loops.
let outlined: [SwiftSetting] =
  isEmbedded
  ? [.unsafeFlags(["-enable-machine-outliner=always", "-machine-outliner-reruns=2"].flatMap { ["-Xllvm", $0] })]
  : []

/// One module per instruction set: the same source, compiled with exactly the features that its dispatch test checks. The name
/// of the set becomes part of its symbols (Sources/CKernels/include/crnn_kernel_set.h).
/// With `others`, it has the sums of products alone, and its table takes the other kernels from that set.
/// Those of other machines that SwiftPM does not know are compiled by tools/cross/build in the same way.
/// With `unusual`, activations and recurrent steps of unusual functions are left to that set.
/// `hasPairs`: it has products of pairs of codes (Pairs.swift), which processors without AVX2 are served without.
/// `hasWinograd`: it has Winograd's convolution, which the sums of products of bytes of the VNNI sets are as fast without.
func kernels(
  _ name: String, features: [String] = [], others: String? = nil, unusual: String? = nil,
  hasWinograd: Bool = false, hasPairs: Bool = true
) -> Target {
  let set = "-DCRNN_KERNEL_SET=\(name.lowercased())"
  var flags = features + ["-ffp-contract=off", set]
  var dependencies: [Target.Dependency] = ["CKernels", "CCRNN"]
  var excluded = ["README.md"]
  if let others {
    flags.append("-DCRNN_KERNEL_OTHERS=\(others.lowercased())")
    dependencies.append(.init(stringLiteral: "Kernels\(others)"))
  } else if name != "Reference" {
    excluded.append("Kernels/README.md")
    // A set with sums of products of bytes has operands of its own.
    if name.hasSuffix("VNNI") { excluded.append("Kernels/OperandBytes.swift") }
    if !hasWinograd { excluded += ["Kernels/WinogradMultiply.swift", "Kernels/WinogradTransforms.swift"] }
    if !hasPairs { excluded.append("Kernels/Pairs.swift") }
  }
  if hasPairs { flags.append("-DCRNN_PAIRS") }
  if hasWinograd { flags.append("-DCRNN_WINOGRAD") }
  var settings: [SwiftSetting] = core
  if let unusual {
    flags.append("-DCRNN_KERNEL_UNUSUAL=\(unusual.lowercased())")
    dependencies.append(.init(stringLiteral: "Kernels\(unusual)"))
    settings.append(.define("CRNN_UNUSUAL"))
  }
  if name == "Reference" || name == "Baseline" { settings += smallest }
  #if arch(x86_64)
    // Processors without AVX2 are rare.
    if name == "Baseline" { settings.append(.define("CRNN_SMALL")) }
  #endif
  return .target(
    name: "Kernels\(name)", dependencies: dependencies, exclude: excluded,
    swiftSettings: settings + [.unsafeFlags(flags.flatMap { ["-Xcc", $0] })])
}

#if arch(x86_64)
  let kernelSets = [
    kernels("Reference", hasPairs: false), kernels("Baseline", features: ["-msse4.1"], hasPairs: false),
    kernels("AVX2", features: ["-mavx2"], unusual: "Baseline", hasWinograd: true),
    kernels("AVXVNNI", features: ["-mavx2", "-mavxvnni"], others: "AVX2"),
    kernels(
      "AVX512VNNI", features: ["-mavx2", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512vnni"], unusual: "Baseline"),
  ]
#elseif arch(arm64)
  let kernelSets = [
    kernels("Reference", hasPairs: false), kernels("NEON"),
    kernels("DotProd", features: ["-march=armv8.2-a+dotprod"], others: "NEON"),
    kernels("I8MM", features: ["-march=armv8.2-a+dotprod+i8mm"], others: "NEON"),
  ]
#else
  let kernelSets = [kernels("Reference", hasPairs: false)]
#endif

let runtime: [Target] =
  kernelSets + [
    .target(name: "CCRNN"),
    .target(name: "CKernels"),
    // The table of all operations, which a program's own takes the place of.
    .target(
      name: "CLinked", dependencies: ["CCRNN", "CKernels"], exclude: ["README.md"],
      cSettings: [
        .unsafeFlags(["-fdata-sections"] + offsets)
      ]),
    .target(
      name: "CRNN", dependencies: ["CCRNN", "CKernels", "CLinked"] + kernelSets.map { .init(stringLiteral: $0.name) },
      exclude: ["README.md"], swiftSettings: core + smallest + outlined),
  ]

/// PNG and JPEG decoding, its own library: the runtime never needs it.
let images: [Target] = [
  .target(name: "CCRNNImage", dependencies: ["CCRNN"]),
  .target(name: "CImageCodecs", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
  .target(
    name: "ImageIO",
    // Its library finds the runtime's functions in the other one, and must not hold them.
    dependencies: ["CCRNN", "CCRNNImage", "CImageCodecs"] + (isEmbedded ? [] : ["CRNN"]), exclude: ["README.md"],
    swiftSettings: core),
]

/// The tool must stay below 20 MB. Code that no network's speed hangs on is optimised for size; functions whose code is the same are
/// linked once, and nothing of a program is there for others to link.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]
let folding: [LinkerSetting] = [
  .unsafeFlags(
    // Packed addresses are read by glibc 2.36 and later, which Swift's own libraries are nearly as young as.
    [
      "-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker",
      "pack-relative-relocs",
    ],
    .when(platforms: [.linux], configuration: .release))
]

let tools: [Target] = [
  .testTarget(
    name: "KernelTests", dependencies: ["CCRNN", "CKernels"] + kernelSets.map { .init(stringLiteral: $0.name) },
    exclude: ["README.md"]),
  .testTarget(name: "CRNNTests", dependencies: ["CRNN", "CCRNN", "Quantizer", "StreamingChecks"]),
  // Random networks and what is checked of them: for CRNNTests and `make soak`, in no product.
  .target(
    name: "StreamingChecks", dependencies: ["CRNN", "CCRNN", "Quantizer"], path: "Tests/StreamingChecks",
    exclude: ["README.md"]),
  .executableTarget(
    name: "soak",
    dependencies: ["StreamingChecks", .product(name: "ArgumentParser", package: "swift-argument-parser")],
    path: "Tests/Soak"),
  // What fuzzers and the replay of their findings give bytes to.
  .target(
    name: "FuzzChecks",
    dependencies: [
      "CRNN", "CCRNN", "CCRNNImage", "ImageIO", "ONNX", "Arrays", "Language", "Quantizer", "Converter",
      "StreamingChecks",
    ],
    path: "Tests/Fuzz/Checks"),
  .testTarget(name: "FuzzTests", dependencies: ["FuzzChecks", "Arrays"], path: "Tests/Fuzz/Replay"),
  .target(name: "Language", dependencies: ["CCRNN"], exclude: ["README.md"], swiftSettings: small),
  .testTarget(name: "DecodingTests", dependencies: ["CRNN", "CCRNN", "Language", "Quantizer"]),
  .testTarget(name: "ImageIOTests", dependencies: ["ImageIO", "CCRNNImage"]),
  .target(name: "Quantizer", dependencies: ["CCRNN", "CRNN"], exclude: ["README.md"]),
  .testTarget(name: "QuantizerTests", dependencies: ["Quantizer", "CCRNN", "CRNN"]),
  .target(
    name: "ONNX", dependencies: ["Quantizer", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
    exclude: ["README.md", "Proto/onnx.proto"], swiftSettings: small),
  .testTarget(
    name: "ONNXTests", dependencies: ["ONNX", "Quantizer", "Arrays"], exclude: ["Fixtures", "make_fixtures"]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .target(name: "Arrays", dependencies: ["CZlib"], exclude: ["README.md"]),
  .testTarget(name: "ArraysTests", dependencies: ["Arrays"], exclude: ["Fixtures"]),
  .target(
    name: "Converter",
    dependencies: ["ONNX", "Quantizer", "Arrays", "Language", "CRNN", "CCRNN", "ImageIO", "CCRNNImage"],
    exclude: ["README.md"], swiftSettings: small),
  .target(name: "CCRNNConvert", dependencies: ["CCRNN"]),
  .target(
    name: "ConvertABI", dependencies: ["Converter", "Quantizer", "Arrays", "CRNN", "CCRNN", "CCRNNConvert"],
    exclude: ["README.md"]),
  .testTarget(name: "CommandLineTests", dependencies: ["crnn", "Converter", "Arrays"]),
  .executableTarget(
    name: "crnn",
    dependencies: [
      "CRNN", "CCRNN", "CKernels", "CLinked", "CZlib", "Arrays", "Quantizer", "ONNX", "Converter", "ImageIO",
      "CCRNNImage",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    exclude: ["README.md"], swiftSettings: small, linkerSettings: folding),
]

/// `CRNN_FUZZER=1`: the program that libFuzzer's own `main` drives, which links only where that is built in.
let fuzzer: [Target] =
  Context.environment["CRNN_FUZZER"] != nil
  ? [
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzChecks"], path: "Tests/Fuzz/Program",
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  ] : []

let package = Package(
  name: "crnn",
  products: [
    .library(name: "crnn-static", type: .static, targets: ["CRNN"]),
    .library(name: "crnn-image-static", type: .static, targets: ["ImageIO"]),
  ]
    + (isEmbedded
      ? []
      : [
        .executable(name: "crnn", targets: ["crnn"]),
        .library(name: "crnn-convert-static", type: .static, targets: ["ConvertABI"]),
      ]),
  dependencies: isEmbedded
    ? []
    : [
      .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
      // Its default traits would bring in all of Foundation, with 45 MB of tables.
      .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    ],
  targets: runtime + images + (isEmbedded ? [] : tools + fuzzer)
)
