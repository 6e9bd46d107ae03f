// swift-tools-version: 6.2
import PackageDescription

// The ledger alone, for `run`: CREDITS_MUTANTS_AREA names what is mutated, so that no more than its tests is built.

let area = Context.environment["CREDITS_MUTANTS_AREA"] ?? "rules"

let tests: Target =
  switch area {
  case "committer":
    .tests("LedgerEngineTests", ["Ledger", "LedgerEngine", "MessageDigest", "StoreContract"])
  case "store":
    .tests("SQLiteStoreTests", ["Ledger", "LedgerEngine", "SQLiteStore", "SimulatedDisk", "StoreContract"])
  default:
    .tests("LedgerTests", ["Ledger", "LedgerEngine", "MessageDigest", "StoreContract"])
  }

let package = Package(
  name: "credits",
  targets: [
    .systemLibrary(name: "CCrypto", path: "Sources/System/CCrypto", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CSQLite", path: "Sources/System/CSQLite", pkgConfig: "sqlite3"),
    .target(name: "MessageDigest", dependencies: ["CCrypto"], path: "Sources/Leaves/MessageDigest"),
    .target(name: "Ledger", path: "Sources/Ledger/Ledger"),
    .target(name: "LedgerEngine", dependencies: ["Ledger"], path: "Sources/Ledger/LedgerEngine"),
    .target(
      name: "SQLiteStore",
      dependencies: ["CSQLite", "Ledger", "LedgerEngine", "MessageDigest"],
      path: "Sources/Ledger/SQLiteStore"
    ),
    .target(
      name: "StoreContract",
      dependencies: ["Ledger", "LedgerEngine", "MessageDigest"],
      path: "Tests/Support/StoreContract"
    ),
    .target(name: "SimulatedDisk", dependencies: ["CSQLite"], path: "Tests/Support/SimulatedDisk"),
    tests,
  ]
)

extension Target {
  static func tests(_ name: String, _ dependencies: [Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/Ledger/\(name)")
  }
}
