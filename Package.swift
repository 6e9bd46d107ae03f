// swift-tools-version: 6.2
import PackageDescription

// CI sets CREDITS_STRICT; a package that depends on this one must not fail on a warning of a newer compiler.
let settings: [SwiftSetting] =
  Context.environment["CREDITS_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
  name: "credits",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "CreditsClient", targets: ["CreditsClient"]),
    .library(name: "UnixGRPC", targets: ["UnixGRPC"]),
    .executable(name: "creditsd", targets: ["creditsd"]),
    .executable(name: "credits-simulator", targets: ["credits-simulator"]),
    .executable(name: "credits-story", targets: ["credits-story"]),
    .executable(name: "credits-stripe", targets: ["credits-stripe"]),
    .library(name: "UnixGRPCProtobuf", targets: ["ProtobufC", "UnixGRPCProtobuf"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "MessageDigest", dependencies: ["CCrypto"], swiftSettings: settings),
    .target(name: "Ledger", swiftSettings: settings),
    .target(name: "LedgerStore", dependencies: ["Ledger"], swiftSettings: settings),
    .target(
      name: "SQLiteStore",
      dependencies: ["CSQLite", "Ledger", "LedgerStore", "MessageDigest"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "creditsd",
      dependencies: [
        "CreditsAPI", "CreditsServer", "CreditsSocketPath", "Failpoints", "Ledger", "LedgerStore", "MessageDigest",
        "PaymentProcessing", "ProcessorRPC", "SQLiteStore", "SimulatedProcessor", "UnixGRPC",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "credits-simulator",
      dependencies: [
        "ProcessorRPC", "SimulatedProcessor", "UnixGRPC",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings
    ),
    // With Foundation's HTTP, which must reach no one else.
    .target(
      name: "StripeProcessor",
      dependencies: ["Ledger", "MessageDigest", "PaymentProcessing"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "credits-stripe",
      dependencies: [
        "ProcessorRPC", "StripeProcessor", "UnixGRPC",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings
    ),
    .executableTarget(name: "credits-story", dependencies: ["CreditsClient"], swiftSettings: settings),
    .target(
      name: "CreditsClient",
      dependencies: ["CreditsAPI", "ProtobufC", "UnixGRPC", "UnixGRPCProtobuf"],
      swiftSettings: settings
    ),
    .target(name: "PaymentProcessing", dependencies: ["Ledger"], swiftSettings: settings),
    .target(
      name: "Failpoints",
      dependencies: ["Ledger", "LedgerStore", "PaymentProcessing"],
      swiftSettings: settings
    ),
    .target(
      name: "SimulatedProcessor",
      dependencies: ["Ledger", "MessageDigest", "PaymentProcessing"],
      swiftSettings: settings
    ),
    // The interface of processors on the wire, apart from the contract: those who call credits need not carry it.
    .target(name: "CProcessorMessages", dependencies: ["CCreditsMessages", "CProtobufC"]),
    .target(
      name: "ProcessorAPI",
      dependencies: ["CProcessorMessages", "CreditsAPI", "ProtobufC", "UnixGRPC", "UnixGRPCProtobuf"],
      swiftSettings: settings
    ),
    .target(
      name: "ProcessorRPC",
      dependencies: [
        "CreditsAPI", "Ledger", "PaymentProcessing", "ProcessorAPI", "UnixGRPC", "UnixGRPCProtobuf",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(
      name: "CreditsServer",
      dependencies: [
        "CreditsAPI", "Ledger", "LedgerStore", "MessageDigest", "PaymentProcessing", "ProtobufC", "UnixGRPC",
        "UnixGRPCProtobuf",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "CreditsdTests",
      dependencies: [
        "CreditsAPI", "CreditsClient", "DynamicMessages", "Failpoints", "Ledger", "ProtobufDescriptors", "UnixGRPC",
        "credits-simulator", "credits-story", "credits-torture", "creditsctl", "creditsd",
      ],
      exclude: ["peers"],
      swiftSettings: settings
    ),
    // The long run of recharges that `make torture` starts; CreditsdTests runs a short one.
    .executableTarget(
      name: "credits-torture",
      dependencies: ["CreditsClient", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/Torture",
      swiftSettings: settings
    ),
    .testTarget(
      name: "PackageImportTests",
      dependencies: ["creditsd"],
      exclude: ["Fixture"],
      swiftSettings: settings
    ),
    .testTarget(name: "MessageDigestTests", dependencies: ["MessageDigest"], swiftSettings: settings),
    .testTarget(
      name: "LedgerTests",
      dependencies: ["Ledger", "LedgerStore", "MessageDigest", "StoreContract"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "SimulatedProcessorTests",
      dependencies: ["Ledger", "MessageDigest", "PaymentProcessing", "ProcessorContract", "SimulatedProcessor"],
      swiftSettings: settings
    ),
    // The suite that every processor passes that knows the test cards.
    .target(
      name: "ProcessorContract",
      dependencies: ["Ledger", "PaymentProcessing"],
      path: "Tests/ProcessorContract",
      swiftSettings: settings
    ),
    .testTarget(
      name: "ProcessorRPCTests",
      dependencies: [
        "CreditsAPI", "Ledger", "PaymentProcessing", "ProcessorAPI", "ProcessorContract", "ProcessorRPC",
        "SimulatedProcessor", "UnixGRPC", "UnixGRPCProtobuf",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "StripeProcessorTests",
      dependencies: [
        "CreditsClient", "Ledger", "MessageDigest", "PaymentProcessing", "ProcessorContract", "ProcessorRPC",
        "StripeProcessor", "credits-story", "credits-stripe", "creditsd",
      ],
      exclude: ["peers"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "CreditsServerTests",
      dependencies: [
        "CreditsAPI", "CreditsServer", "Ledger", "LedgerStore", "MessageDigest", "PaymentProcessing", "SQLiteStore",
        "SimulatedProcessor", "UnixGRPC", "UnixGRPCProtobuf",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    // The suite that every store passes; a target, so that each store's tests can run it.
    .target(
      name: "StoreContract",
      dependencies: ["Ledger", "LedgerStore", "MessageDigest"],
      path: "Tests/StoreContract",
      swiftSettings: settings
    ),
    // SQLite's files in memory, with power cuts and failures; the second target that knows SQLite, for tests only.
    .target(
      name: "SimulatedDisk",
      dependencies: ["CSQLite"],
      path: "Tests/SimulatedDisk",
      swiftSettings: settings
    ),
    // Here rather than in the package Benchmarks/, so that it can use what is `package`.
    .executableTarget(
      name: "store-benchmark",
      dependencies: ["Ledger", "LedgerStore", "MessageDigest", "SQLiteStore"],
      path: "Benchmarks/Store",
      swiftSettings: settings
    ),
    .testTarget(
      name: "LedgerStoreTests",
      dependencies: ["Ledger", "LedgerStore", "MessageDigest", "StoreContract"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "SQLiteStoreTests",
      dependencies: ["Ledger", "LedgerStore", "SQLiteStore", "SimulatedDisk", "StoreContract"],
      swiftSettings: settings
    ),

    .systemLibrary(
      name: "CNghttp2",
      pkgConfig: "libnghttp2",
      providers: [.apt(["libnghttp2-dev"])]
    ),
    .systemLibrary(name: "CEpoll"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CProtobufC",
      pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"])]
    ),
    .target(
      name: "UnixGRPC",
      dependencies: [
        "CEpoll", "CNghttp2", "CZlib",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings
    ),
    .target(name: "ProtobufC", dependencies: ["CProtobufC"], swiftSettings: settings),
    .target(name: "CProtobufDescriptors", dependencies: ["CProtobufC"]),
    .target(
      name: "ProtobufDescriptors",
      dependencies: ["CProtobufDescriptors", "ProtobufC"],
      swiftSettings: settings
    ),
    .target(
      name: "UnixGRPCProtobuf",
      dependencies: ["UnixGRPC", "ProtobufC"],
      swiftSettings: settings
    ),
    .target(name: "CProtobufWellKnown", dependencies: ["CProtobufC"]),
    .target(
      name: "ProtobufWellKnown",
      dependencies: ["CProtobufWellKnown", "ProtobufC"],
      swiftSettings: settings
    ),
    .target(name: "CCreditsMessages", dependencies: ["CProtobufC", "CProtobufWellKnown"]),
    .target(
      name: "CreditsAPI",
      dependencies: ["CCreditsMessages", "ProtobufC", "ProtobufWellKnown", "UnixGRPC", "UnixGRPCProtobuf"],
      swiftSettings: settings
    ),
    .target(
      name: "CTestMessages",
      dependencies: ["CProtobufC", "CProtobufWellKnown"],
      path: "Tests/CTestMessages"
    ),
    .target(
      name: "TestMessages",
      dependencies: ["CTestMessages", "ProtobufC", "ProtobufWellKnown", "UnixGRPC", "UnixGRPCProtobuf"],
      path: "Tests/TestMessages",
      exclude: ["proto", "golden"],
      swiftSettings: settings
    ),
    .target(name: "CInteropMessages", dependencies: ["CProtobufC"], path: "Tests/Interop/CInteropMessages"),
    .target(
      name: "InteropMessages",
      dependencies: ["CInteropMessages", "ProtobufC", "UnixGRPC", "UnixGRPCProtobuf"],
      path: "Tests/Interop/InteropMessages",
      swiftSettings: settings
    ),
    .testTarget(
      name: "InteropTests",
      dependencies: ["InteropMessages", "UnixGRPC", "UnixGRPCProtobuf"],
      path: "Tests/Interop/InteropTests",
      swiftSettings: settings
    ),
    .testTarget(
      name: "ProtobufCTests",
      dependencies: ["ProtobufC", "ProtobufWellKnown", "TestMessages"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "protoc-gen-credits-swift",
      dependencies: ["ProtobufC", "ProtobufDescriptors"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "UnixGRPCProtobufTests",
      dependencies: ["TestMessages", "UnixGRPC", "UnixGRPCProtobuf"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "CreditsAPITests",
      dependencies: ["CreditsAPI", "ProtobufC", "ProtobufDescriptors", "UnixGRPC"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "protoc-gen-credits-swiftTests",
      dependencies: ["ProtobufDescriptors", "protoc-gen-credits-swift"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ProtobufDescriptorsTests",
      dependencies: ["ProtobufC", "ProtobufDescriptors"],
      exclude: ["proto"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "UnixGRPCTests",
      dependencies: ["UnixGRPC"],
      swiftSettings: settings
    ),

    .target(name: "CreditsSocketPath", swiftSettings: settings),
    .target(name: "DynamicMessages", dependencies: ["ProtobufDescriptors"], swiftSettings: settings),
    .executableTarget(
      name: "creditsctl",
      dependencies: [
        "CreditsSocketPath", "DynamicMessages", "ProtobufDescriptors", "UnixGRPC",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "DynamicMessagesTests",
      dependencies: ["DynamicMessages", "ProtobufDescriptors"],
      exclude: ["proto", "oracle"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "creditsctlTests",
      dependencies: ["CreditsAPI", "UnixGRPC", "creditsctl", .product(name: "Logging", package: "swift-log")],
      exclude: ["peers"],
      swiftSettings: settings
    ),
  ]
)
