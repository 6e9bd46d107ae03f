// swift-tools-version: 6.2
import PackageDescription

// The ledger alone, for `run`: CREDITS_MUTANTS_AREA names what is mutated, so that no more than its tests is built.

let area = Context.environment["CREDITS_MUTANTS_AREA"] ?? "rules"

let tests: Target =
  switch area {
  case "committer":
    .testTarget(name: "LedgerStoreTests", dependencies: ["Ledger", "LedgerStore", "MessageDigest", "StoreContract"])
  case "store":
    .testTarget(
      name: "SQLiteStoreTests",
      dependencies: ["Ledger", "LedgerStore", "SQLiteStore", "SimulatedDisk", "StoreContract"]
    )
  default:
    .testTarget(name: "LedgerTests", dependencies: ["Ledger", "LedgerStore", "MessageDigest", "StoreContract"])
  }

let package = Package(
  name: "credits",
  targets: [
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
    .target(name: "MessageDigest", dependencies: ["CCrypto"]),
    .target(name: "Ledger"),
    .target(name: "LedgerStore", dependencies: ["Ledger"]),
    .target(name: "SQLiteStore", dependencies: ["CSQLite", "Ledger", "LedgerStore", "MessageDigest"]),
    .target(
      name: "StoreContract",
      dependencies: ["Ledger", "LedgerStore", "MessageDigest"],
      path: "Tests/StoreContract"
    ),
    .target(name: "SimulatedDisk", dependencies: ["CSQLite"], path: "Tests/SimulatedDisk"),
    tests,
  ]
)
