import Foundation
import Testing
import UnixGRPC

/// A ledger that an earlier version wrote, with the responses of that version. Tests/EndToEnd/Ledgers/write_ledger.py
/// creates the files and describes their content.
struct OldLedger {
  struct Facts: Decodable {
    struct Event: Decodable {
      let payload: String
      let signature: String
    }

    /// The name of the caller whose idempotency keys are in the ledger.
    let caller: String
    /// The time of the copy by the ledger's clock, in seconds since 1970.
    let time: Int
    let recordCount: Int64
    let refusalCount: Int64
    let walletCount: Int64
    let digest: String
    /// The processor's event that closes the open dispute.
    let disputeWon: Event
  }

  /// A mutation that is recorded under its key, and its response.
  struct Call: Decodable {
    /// The service and method, separated by a slash.
    let method: String
    let request: Data
    /// The serialized response; nil for a refusal.
    let response: Data?
    /// The gRPC status code of a refusal; nil for a response.
    let code: Int?
    /// The serialized `google.rpc.Status` of a refusal; nil for a response.
    let details: Data?

    /// Returns the refusal, or nil for a response.
    func refusal() throws -> Refusal? {
      guard let code, let details else { return nil }
      let status = GRPCStatus(
        code: GRPCStatus.Code(rawValue: code),
        message: "",
        details: try GRPCStatus.details(serialized: Array(details))
      )
      return try Refusal(status)
    }
  }

  /// A refusal without its message, which later versions may change.
  struct Refusal: Equatable {
    let code: GRPCStatus.Code
    let reason: String
    let domain: String
    let metadata: [String: String]

    init(_ status: GRPCStatus) throws {
      let infos = status.details.compactMap { if case .errorInfo(let info) = $0 { info } else { nil } }
      let info = try #require(infos.first, "\(status) has no reason")
      (code, reason, domain, metadata) = (status.code, info.reason, info.domain, info.metadata)
    }
  }

  /// A read-only call, and its responses; for a watch, those about events before the copy.
  struct Query: Decodable {
    /// The service and method, separated by a slash.
    let method: String
    let request: Data
    let responses: [Data]
  }

  /// The versions of ledgers that were written for the tests, and have to open for ever.
  static let versions = [3, 4]

  let facts: Facts
  let calls: [Call]
  let queries: [Query]
  private let folder: URL

  init(version: Int) throws {
    let folder = try Self.folder.appending(path: "version-\(version)")
    func read<Value: Decodable>(_ name: String) throws -> Value {
      try JSONDecoder().decode(Value.self, from: Data(contentsOf: folder.appending(path: name)))
    }
    facts = try read("facts.json")
    calls = try read("calls.json")
    queries = try read("queries.json")
    self.folder = folder
  }

  /// Copies the ledger and the processor's books to the paths that `RunningDaemon` and `ProcessorProcess` use.
  func copy(to directory: TestDirectory) throws {
    let ledger = directory.path("ledger")
    try FileManager.default.createDirectory(atPath: ledger, withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: folder.appending(path: "ledger.db").path, toPath: ledger + "/ledger.db")
    try FileManager.default.copyItem(atPath: folder.appending(path: "books").path, toPath: directory.path("books"))
  }

  /// Starts a daemon on the ledger in `directory`.
  ///
  /// - Parameter hours: The hours since the ledger was written, by the daemon's clock.
  func daemon(in directory: TestDirectory, after hours: Int = 0, processor: [String]) throws -> RunningDaemon {
    let clock = try setClock(in: directory, after: hours)
    let roles = #"["read", "spend", "billing", "admin"]"#
    let config = try directory.write(
      #"{"callers": [{"name": "\#(facts.caller)", "uid": \#(getuid()), "roles": \#(roles)}]}"#,
      to: "config.json"
    )
    return try RunningDaemon(
      in: directory,
      options: ["--config", config, "--test-clock", clock] + processor,
      environment: ["CREDITS_TESTING": "1"]
    )
  }

  /// Sets the clock of the daemon in `directory`, which may be running. Returns the path of the clock's file.
  ///
  /// - Parameter hours: The hours since the ledger was written.
  @discardableResult
  func setClock(in directory: TestDirectory, after hours: Int) throws -> String {
    let ahead = facts.time + hours * 3600 - Int(Date.now.timeIntervalSince1970)
    return try directory.write("\(ahead)\n", to: "clock")
  }

  /// Returns the first column of an SQL query on the ledger in `directory`, which no daemon may have open.
  static func column(_ query: String, in directory: TestDirectory) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sqlite3", directory.path("ledger/ledger.db"), query]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(query)")
    return text.split(separator: "\n").map(String.init)
  }

  /// Found relative to the root of the package, so that this file can move.
  private static var folder: URL {
    get throws {
      var root = URL(filePath: #filePath).deletingLastPathComponent()
      while !FileManager.default.fileExists(atPath: root.appending(path: "Package.swift").path) {
        try #require(root.path != "/", "no Package.swift above \(#filePath)")
        root.deleteLastPathComponent()
      }
      return root.appending(path: "Tests/EndToEnd/Ledgers")
    }
  }
}
