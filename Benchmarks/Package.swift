// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "credits-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "credits", path: ".."),
    .package(path: "MeasuringWindow"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
  ],
  targets: [
    .target(name: "CEchoMessages"),
    .target(
      name: "EchoMessages",
      dependencies: [
        "CEchoMessages",
        .product(name: "UnixGRPC", package: "credits"),
        .product(name: "UnixGRPCProtobuf", package: "credits"),
      ]
    ),
    .executableTarget(
      name: "echo-server",
      dependencies: [
        "EchoMessages",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MeasuringWindow", package: "MeasuringWindow"),
        .product(name: "UnixGRPC", package: "credits"),
        .product(name: "UnixGRPCProtobuf", package: "credits"),
      ],
      path: "Sources/EchoServer"
    ),
    .executableTarget(
      name: "echo-client",
      dependencies: [
        "EchoMessages",
        .product(name: "MeasuringWindow", package: "MeasuringWindow"),
        .product(name: "UnixGRPC", package: "credits"),
      ],
      path: "Sources/EchoClient"
    ),
    .target(
      name: "BenchmarkCharges",
      dependencies: [.product(name: "CreditsClient", package: "credits")]
    ),
    .executableTarget(
      name: "charge-client",
      dependencies: [
        "BenchmarkCharges",
        .product(name: "CreditsClient", package: "credits"),
        .product(name: "MeasuringWindow", package: "MeasuringWindow"),
      ],
      path: "Sources/ChargeClient"
    ),
    .executableTarget(
      name: "ledger-fill",
      dependencies: [
        "BenchmarkCharges",
        .product(name: "CreditsClient", package: "credits"),
      ],
      path: "Sources/LedgerFill"
    ),
  ]
)
