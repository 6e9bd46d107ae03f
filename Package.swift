// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "credits",
  products: [
    .library(name: "CreditsClient", targets: ["CreditsClient"]),
    .library(name: "UnixGRPC", targets: ["UnixGRPC"]),
    .library(name: "UnixGRPCProtobuf", targets: ["ProtobufC", "UnixGRPCProtobuf"]),
    .executable(name: "creditsd", targets: ["creditsd"]),
    .executable(name: "creditsctl", targets: ["creditsctl"]),
    .executable(name: "credits-stripe", targets: ["credits-stripe"]),
    .executable(name: "credits-simulator", targets: ["credits-simulator"]),
    .executable(name: "credits-story", targets: ["credits-story"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
  ],
  targets: [
    Sources.system, Sources.leaves, Sources.rpc, Sources.contract, Sources.ledger, Sources.processors, Sources.server,
    Sources.client, Sources.programs, Tests.support, Tests.all, Benchmarks.all,
  ].flatMap { $0 }
)

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let logging = product(name: "Logging", package: "swift-log")
  static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

// MARK: Sources

enum Sources {
  /// Debian's C libraries. Exactly one target imports each.
  static var system: [Target] {
    [
      .systemLibrary("CCrypto", pkgConfig: "libcrypto", debianPackage: "libssl-dev"),
      .systemLibrary("CCurl", pkgConfig: "libcurl", debianPackage: "libcurl4-openssl-dev"),
      .systemLibrary("CEpoll"),
      .systemLibrary("CNghttp2", pkgConfig: "libnghttp2", debianPackage: "libnghttp2-dev"),
      .systemLibrary("CProtobufC", pkgConfig: "libprotobuf-c", debianPackage: "libprotobuf-c-dev"),
      .systemLibrary("CSQLite", pkgConfig: "sqlite3", debianPackage: "libsqlite3-dev"),
      .systemLibrary("CZlib", pkgConfig: "zlib", debianPackage: "zlib1g-dev"),
    ]
  }

  /// Small targets that any other target may use.
  static var leaves: [Target] {
    [
      .module("Backoff", in: "Leaves"),
      .module("CreditsVersion", in: "Leaves"),
      .module("DurationText", in: "Leaves"),
      .module("Encodings", in: "Leaves"),
      .module("GregorianCalendar", in: "Leaves"),
      .module("MessageDigest", in: "Leaves", uses: ["CCrypto"]),
      .module("MoneyText", in: "Leaves"),
      .module("ProcessSetup", in: "Leaves"),
      .module("ProtobufWire", in: "Leaves"),
      .module("SeededRandom", in: "Leaves"),
      .module("SystemCalls", in: "Leaves"),
      .module("Threads", in: "Leaves"),
    ]
  }

  /// gRPC, protobuf and sockets, independent of credits.
  static var rpc: [Target] {
    [
      .module(
        "UnixGRPC",
        in: "RPC",
        uses: [
          "Backoff", "CEpoll", "CNghttp2", "CZlib", "Encodings", "ProtobufWire", "SystemCalls", "Threads", .logging,
        ]
      ),
      .module("ProtobufC", in: "RPC", uses: ["CProtobufC", "ProtobufWire"]),
      .module("UnixGRPCProtobuf", in: "RPC", uses: ["ProtobufC", "UnixGRPC"]),
      .generatedC("CProtobufWellKnown", in: "RPC", uses: ["CProtobufC"]),
      .module("ProtobufWellKnown", in: "RPC", uses: ["CProtobufWellKnown", "ProtobufC"]),
      .generatedC("CProtobufDescriptors", in: "RPC", uses: ["CProtobufC"]),
      .module("ProtobufDescriptors", in: "RPC", uses: ["CProtobufDescriptors", "ProtobufC", "ProtobufWire"]),
      .module(
        "DynamicMessages",
        in: "RPC",
        uses: ["Encodings", "GregorianCalendar", "ProtobufDescriptors", "ProtobufWire"]
      ),
      .program(
        "protoc-gen-credits-swift",
        in: "RPC",
        uses: ["ProtobufC", "ProtobufDescriptors", "ProtobufWire", "SystemCalls"]
      ),
    ]
  }

  /// The code generated from proto/: messages, stubs, roles, descriptors. The processor interface is separate so that
  /// clients of credits need not link it.
  static var contract: [Target] {
    [
      .generatedC("CCreditsMessages", in: "Contract", uses: ["CProtobufC", "CProtobufWellKnown"]),
      .module(
        "CreditsAPI",
        in: "Contract",
        uses: ["CCreditsMessages", "Encodings", "ProtobufC", "ProtobufWellKnown", "UnixGRPC", "UnixGRPCProtobuf"]
      ),
      .generatedC("CProcessorMessages", in: "Contract", uses: ["CCreditsMessages", "CProtobufC"]),
      .module(
        "ProcessorAPI",
        in: "Contract",
        uses: ["CProcessorMessages", "CreditsAPI", "Encodings", "ProtobufC", "UnixGRPC", "UnixGRPCProtobuf"]
      ),
    ]
  }

  /// The rules, the engine that applies them in batches, and the store.
  static var ledger: [Target] {
    [
      .module("Ledger", in: "Ledger", uses: ["Backoff", "Encodings", "GregorianCalendar", "MoneyText"]),
      .module("LedgerEngine", in: "Ledger", uses: ["Ledger", "Threads"]),
      .module(
        "SQLiteStore",
        in: "Ledger",
        uses: ["CSQLite", "Encodings", "Ledger", "LedgerEngine", "MessageDigest", "SystemCalls"]
      ),
    ]
  }

  /// Card processors: the interface, its RPC adapter, and two implementations.
  static var processors: [Target] {
    [
      .module("PaymentProcessing", in: "Processors", uses: ["Ledger"]),
      .module(
        "ProcessorRPC",
        in: "Processors",
        uses: ["CreditsAPI", "Ledger", "PaymentProcessing", "ProcessorAPI", "UnixGRPC", "UnixGRPCProtobuf", .logging]
      ),
      .module(
        "SimulatedProcessor",
        in: "Processors",
        uses: ["Encodings", "Ledger", "MessageDigest", "PaymentProcessing", "SeededRandom", "SystemCalls"]
      ),
      .module("HTTPClient", in: "Processors", uses: ["CCurl", "Threads"]),
      .module(
        "StripeProcessor",
        in: "Processors",
        uses: [
          "Backoff", "Encodings", "GregorianCalendar", "HTTPClient", "Ledger", "MessageDigest", "PaymentProcessing",
          "SystemCalls", .logging,
        ]
      ),
    ]
  }

  static var server: [Target] {
    [
      .module(
        "CreditsServer",
        in: "Server",
        uses: [
          "CreditsAPI", "Encodings", "Ledger", "LedgerEngine", "MessageDigest", "PaymentProcessing", "ProtobufC",
          "UnixGRPC", "UnixGRPCProtobuf", .logging,
        ]
      ),
      .module("Failpoints", in: "Server", uses: ["Ledger", "LedgerEngine", "PaymentProcessing"]),
    ]
  }

  static var client: [Target] {
    [
      .module(
        "CreditsClient",
        in: "Client",
        uses: ["Backoff", "CreditsAPI", "MoneyText", "ProtobufC", "UnixGRPC", "UnixGRPCProtobuf"]
      ),
      .module("CreditsSocketPath", in: "Client"),
    ]
  }

  static var programs: [Target] {
    [
      .module(
        "ServiceProcess",
        in: "Programs",
        uses: ["ProcessSetup", "Threads", "UnixGRPC", .argumentParser, .logging, .unixSignals]
      ),
      .program(
        "creditsd",
        in: "Programs",
        uses: [
          "CreditsAPI", "CreditsServer", "CreditsSocketPath", "CreditsVersion", "DurationText", "Failpoints", "Ledger",
          "LedgerEngine", "MessageDigest", "PaymentProcessing", "ProcessorRPC", "SQLiteStore", "ServiceProcess",
          "SimulatedProcessor", "SystemCalls", "UnixGRPC", .argumentParser, .logging,
        ]
      ),
      .program(
        "creditsctl",
        in: "Programs",
        uses: [
          "CreditsSocketPath", "CreditsVersion", "DurationText", "DynamicMessages", "Encodings", "ProcessSetup",
          "ProtobufDescriptors", "ProtobufWire", "SystemCalls", "UnixGRPC", .argumentParser,
        ]
      ),
      .program(
        "credits-stripe",
        in: "Programs",
        uses: [
          "CreditsVersion", "Ledger", "PaymentProcessing", "ProcessorRPC", "ServiceProcess", "StripeProcessor",
          "UnixGRPC",
          .argumentParser, .logging,
        ]
      ),
      .program(
        "credits-simulator",
        in: "Programs",
        uses: [
          "CreditsAPI", "CreditsVersion", "Ledger", "ProcessorAPI", "ProcessorRPC", "ServiceProcess",
          "SimulatedProcessor", "SystemCalls", "Threads", "UnixGRPC", "UnixGRPCProtobuf", .argumentParser, .logging,
        ]
      ),
      .program("credits-story", in: "Programs", uses: ["CreditsClient", "CreditsVersion", "ProcessSetup"]),
    ]
  }

}

// MARK: Tests

enum Tests {
  static var support: [Target] {
    [
      // The test suites that every store and every processor must pass.
      .support("StoreContract", uses: ["Ledger", "LedgerEngine", "MessageDigest", "SeededRandom"]),
      .support("ProcessorContract", uses: ["Ledger", "PaymentProcessing"]),
      // An in-memory file system for SQLite with power cuts and failures; the only other target that imports SQLite.
      .support("SimulatedDisk", uses: ["CSQLite"]),
      .generatedC("CTestMessages", under: "Tests", in: "Support", uses: ["CProtobufC", "CProtobufWellKnown"]),
      .support(
        "TestMessages",
        uses: ["CTestMessages", "ProtobufC", "ProtobufWellKnown", "UnixGRPC", "UnixGRPCProtobuf"],
        exclude: ["proto", "golden"]
      ),
      // A connection that sends the bytes it is told to, sound or not.
      .support("RawCalls", uses: []),
      .generatedC("CInteropMessages", under: "Tests", in: "Support", uses: ["CProtobufC"]),
      .support("InteropMessages", uses: ["CInteropMessages", "ProtobufC", "UnixGRPC", "UnixGRPCProtobuf"]),
    ]
  }

  static var all: [Target] {
    [
      .tests("BackoffTests", in: "Leaves", uses: ["Backoff"]),
      .tests("DurationTextTests", in: "Leaves", uses: ["DurationText"]),
      .tests("EncodingsTests", in: "Leaves", uses: ["Encodings", "SeededRandom"]),
      .tests("GregorianCalendarTests", in: "Leaves", uses: ["GregorianCalendar", "SeededRandom"]),
      .tests("MessageDigestTests", in: "Leaves", uses: ["MessageDigest"]),
      .tests("MoneyTextTests", in: "Leaves", uses: ["MoneyText"]),
      .tests("ProtobufWireTests", in: "Leaves", uses: ["ProtobufWire", "SeededRandom"]),
      .tests("SeededRandomTests", in: "Leaves", uses: ["SeededRandom"]),
      .tests("SystemCallsTests", in: "Leaves", uses: ["SystemCalls"]),
      .tests("ThreadsTests", in: "Leaves", uses: ["Threads"]),

      .tests("UnixGRPCTests", in: "RPC", uses: ["Encodings", "ProtobufWire", "SeededRandom", "UnixGRPC"]),
      .tests("ProtobufCTests", in: "RPC", uses: ["ProtobufC", "ProtobufWellKnown", "SeededRandom", "TestMessages"]),
      .tests("UnixGRPCProtobufTests", in: "RPC", uses: ["TestMessages", "UnixGRPC", "UnixGRPCProtobuf"]),
      .tests("ProtobufDescriptorsTests", in: "RPC", uses: ["ProtobufC", "ProtobufDescriptors"], exclude: ["proto"]),
      .tests(
        "DynamicMessagesTests",
        in: "RPC",
        uses: ["DynamicMessages", "ProtobufDescriptors", "ProtobufWire", "SeededRandom"],
        exclude: ["proto", "oracle"]
      ),
      .tests(
        "protoc-gen-credits-swiftTests",
        in: "RPC",
        uses: ["ProtobufDescriptors", "protoc-gen-credits-swift"],
        exclude: ["proto"]
      ),

      .tests(
        "CreditsAPITests",
        in: "Contract",
        uses: [
          "CreditsAPI", "DynamicMessages", "ProtobufC", "ProtobufDescriptors", "ProtobufWire", "SeededRandom",
          "UnixGRPC",
        ]
      ),

      .tests(
        "LedgerTests",
        in: "Ledger",
        uses: ["Ledger", "LedgerEngine", "MessageDigest", "SeededRandom", "StoreContract"]
      ),
      .tests(
        "LedgerEngineTests",
        in: "Ledger",
        uses: ["Ledger", "LedgerEngine", "MessageDigest", "SeededRandom", "StoreContract"]
      ),
      .tests(
        "SQLiteStoreTests",
        in: "Ledger",
        uses: ["Ledger", "LedgerEngine", "SQLiteStore", "SeededRandom", "SimulatedDisk", "StoreContract"]
      ),

      .tests("HTTPClientTests", in: "Processors", uses: ["HTTPClient", "Threads"]),
      .tests(
        "SimulatedProcessorTests",
        in: "Processors",
        uses: ["Ledger", "MessageDigest", "PaymentProcessing", "ProcessorContract", "SimulatedProcessor"]
      ),
      .tests(
        "ProcessorRPCTests",
        in: "Processors",
        uses: [
          "CreditsAPI", "Ledger", "PaymentProcessing", "ProcessorAPI", "ProcessorContract", "ProcessorRPC",
          "SimulatedProcessor", "UnixGRPC", "UnixGRPCProtobuf", .logging,
        ]
      ),
      .tests(
        "StripeProcessorTests",
        in: "Processors",
        uses: [
          "CreditsClient", "Ledger", "MessageDigest", "PaymentProcessing", "ProcessorContract", "ProcessorRPC",
          "SeededRandom", "StripeProcessor", "credits-story", "credits-stripe", "creditsd", .logging,
        ],
        exclude: ["peers"]
      ),

      .tests(
        "CreditsServerTests",
        in: "Server",
        uses: [
          "CreditsAPI", "CreditsServer", "Ledger", "LedgerEngine", "MessageDigest", "PaymentProcessing",
          "ProtobufDescriptors", "ProtobufWire", "SQLiteStore", "SimulatedProcessor", "UnixGRPC", "UnixGRPCProtobuf",
          .logging,
        ]
      ),

      .tests(
        "CreditsClientTests",
        in: "Client",
        uses: ["CreditsAPI", "CreditsClient", "UnixGRPC", "UnixGRPCProtobuf", .logging]
      ),
      .tests("PackageImportTests", in: "Client", uses: ["creditsd"], exclude: ["Fixture"]),

      .tests("ServiceProcessTests", in: "Programs", uses: ["ServiceProcess", .logging]),
      .tests(
        "creditsctlTests",
        in: "Programs",
        uses: ["CreditsAPI", "CreditsSocketPath", "ProtobufWire", "UnixGRPC", "creditsctl", .logging],
        exclude: ["peers"]
      ),

      // Tests with real processes and real peers.
      .tests(
        "CreditsdTests",
        in: "EndToEnd",
        uses: [
          "CreditsAPI", "CreditsClient", "CreditsVersion", "DynamicMessages", "Failpoints", "Ledger",
          "ProcessorAPI", "ProcessorContract", "ProcessorRPC", "ProtobufC", "ProtobufDescriptors", "RawCalls",
          "UnixGRPC", "credits-attack", "credits-simulator", "credits-story", "credits-stripe", "credits-torture",
          "creditsctl", "creditsd",
        ],
        exclude: ["peers"]
      ),
      .tests(
        "InteropTests",
        in: "EndToEnd/Interop",
        uses: ["InteropMessages", "UnixGRPC", "UnixGRPCProtobuf"]
      ),
      // The long run of recharges of `make torture`; CreditsdTests runs a short one.
      .executableTarget(
        name: "credits-torture",
        dependencies: [
          "CreditsClient", "CreditsVersion", "ProcessorAPI", "SeededRandom", "UnixGRPC", .argumentParser,
        ],
        path: "Tests/EndToEnd/Torture",
        swiftSettings: .shared
      ),
      // The attacks of `make attack`; CreditsdTests makes some of them.
      .executableTarget(
        name: "credits-attack",
        dependencies: ["CreditsClient", "CreditsVersion", "RawCalls", "UnixGRPC", .argumentParser],
        path: "Tests/EndToEnd/Attack",
        swiftSettings: .shared
      ),
    ]
  }

}

/// In this package rather than in Benchmarks/, so that it can use `package` declarations.
enum Benchmarks {
  static var all: [Target] {
    [
      .executableTarget(
        name: "store-benchmark",
        dependencies: ["Ledger", "LedgerEngine", "MessageDigest", "SQLiteStore"],
        path: "Benchmarks/Store",
        swiftSettings: .shared
      )
    ]
  }
}

// MARK: Target declarations

/// Warnings are errors only in CI, which sets CREDITS_STRICT: a newer compiler's warnings must not break dependents.
extension [SwiftSetting] {
  static var shared: [SwiftSetting] {
    [.enableUpcomingFeature("InternalImportsByDefault")]
      + (Context.environment["CREDITS_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])
  }
}

extension Target {
  static func module(_ name: String, in folder: String, uses: [Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: "Sources/\(folder)/\(name)", swiftSettings: .shared)
  }

  static func program(_ name: String, in folder: String, uses: [Dependency]) -> Target {
    .executableTarget(name: name, dependencies: uses, path: "Sources/\(folder)/\(name)", swiftSettings: .shared)
  }

  static func systemLibrary(_ name: String, pkgConfig: String? = nil, debianPackage: String? = nil) -> Target {
    .systemLibrary(
      name: name,
      path: "Sources/System/\(name)",
      pkgConfig: pkgConfig,
      providers: debianPackage.map { [.apt([$0])] }
    )
  }

  static func generatedC(
    _ name: String,
    under root: String = "Sources",
    in folder: String,
    uses: [Dependency]
  ) -> Target {
    .target(name: name, dependencies: uses, path: "\(root)/\(folder)/\(name)")
  }

  static func support(_ name: String, uses: [Dependency], exclude: [String] = []) -> Target {
    .target(
      name: name,
      dependencies: uses,
      path: "Tests/Support/\(name)",
      exclude: exclude,
      swiftSettings: .shared
    )
  }

  static func tests(_ name: String, in folder: String, uses: [Dependency], exclude: [String] = []) -> Target {
    .testTarget(
      name: name,
      dependencies: uses,
      path: "Tests/\(folder)/\(name)",
      exclude: exclude,
      swiftSettings: .shared
    )
  }
}
