// swift-tools-version: 6.2
import PackageDescription

let dependencies: [Target.Dependency] = [
  "EchoMessages",
  .product(name: "MeasuringWindow", package: "MeasuringWindow"),
  .product(name: "GRPCCore", package: "grpc-swift-2"),
  .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
  .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
]

let package = Package(
  name: "grpc-swift-peer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(path: "../../MeasuringWindow"),
    .package(url: "https://github.com/grpc/grpc-swift-2.git", exact: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", exact: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", exact: "2.4.1"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.38.0"),
  ],
  targets: [
    .target(
      name: "EchoMessages",
      dependencies: [
        .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]
    ),
    .executableTarget(name: "grpc-swift-server", dependencies: dependencies, path: "Sources/Server"),
    .executableTarget(name: "grpc-swift-client", dependencies: dependencies, path: "Sources/Client"),
  ]
)
