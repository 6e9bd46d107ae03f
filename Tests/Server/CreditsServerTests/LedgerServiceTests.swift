import CreditsAPI
import CreditsServer
import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Verification and backup of the ledger over the wire", .timeLimit(.minutes(4)))
struct LedgerServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Charges from `workers` callers until the task is cancelled. Returns the acknowledged keys.
  static func load(_ daemon: TestDaemon, workers: Int) -> Task<[String], any Error> {
    let client = daemon.client
    return Task {
      try await withThrowingTaskGroup(of: [String].self) { group in
        for worker in 0..<workers {
          group.addTask {
            var done: [String] = []
            while !Task.isCancelled {
              let key = "\(worker)-\(done.count)"
              let request = ChargeRequest(
                idempotencyKey: key,
                walletID: "w",
                amount: Money(currencyCode: "USD", micros: 1),
                reason: .call
              )
              do { _ = try await client.unary(WalletServiceMethods.charge, request) } catch { break }
              done.append(key)
            }
            return done
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
    }
  }

  @Test("a sound ledger is verified under load, and its digest is accepted later")
  func verify() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    try await daemon.fund("v", dollars: 5)
    let load = Self.load(daemon, workers: 8)
    while try await daemon.wallet("w").sequence < 20 {}
    var verdict = try await daemon.verdict()
    #expect(verdict.sound && verdict.flaws.isEmpty, "\(verdict.flaws)")
    load.cancel()
    _ = try await load.value
    for _ in 0..<2 {
      let known = VerifyLedgerRequest(knownRecordCount: verdict.recordCount, knownDigest: verdict.digest)
      verdict = try await daemon.verdict(known)
      #expect(verdict.sound, "\(verdict.flaws)")
    }
    #expect(verdict.walletCount == 2 && verdict.refusalCount == 0)
    #expect(verdict.accounts.map(\.account) == ["WALLETS", "USAGE", "GRANTS"])
    #expect(verdict.accounts.compactMap(\.balance?.micros).reduce(0, +) == 0)
    let wrong = VerifyLedgerRequest(knownRecordCount: 2, knownDigest: verdict.digest)
    let rewritten = try await daemon.verdict(wrong)
    #expect(!rewritten.sound && rewritten.flawCount == 1)
    let ahead = VerifyLedgerRequest(knownRecordCount: verdict.recordCount + 1, knownDigest: verdict.digest)
    #expect(try await daemon.verdict(ahead).sound == false)
    try await daemon.stop()
  }

  @Test("a backup under load opens, is sound, and has everything acknowledged before it began")
  func backup() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 100)
    let load = Self.load(daemon, workers: 16)
    var acknowledged: Int64 = 0
    while acknowledged < 500 { acknowledged = try await daemon.wallet("w").sequence }
    let copies = TemporaryCopies(path: directory.path + "/copies")
    for index in 0..<3 {
      let before = try await daemon.wallet("w").sequence
      let copy = try copies.directory("\(index)")
      try await daemon.backup(to: copy + "/ledger.db")
      try Self.prove(copy, hasSequence: before, of: "w")
    }
    load.cancel()
    let keys = try await load.value
    let copy = try copies.directory("last")
    try await daemon.backup(to: copy + "/ledger.db")
    try await daemon.stop()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path + "/data").contains("backup.partial") == false
    )
    try Self.prove(copy, hasSequence: Int64(keys.count) + 2, of: "w")
    // The copy is a complete ledger: it has the answer to each key.
    let second = try await TestDaemon(directory: directory.path, data: copy)
    for key in keys.shuffled().prefix(50) {
      let request = ChargeRequest(
        idempotencyKey: key,
        walletID: "w",
        amount: Money(currencyCode: "USD", micros: 1),
        reason: .call
      )
      let again = try await second.client.unary(WalletServiceMethods.charge, request)
      #expect(again.trailingMetadata["replayed"] == "true")
    }
    let verdict = try await second.verdict()
    #expect(verdict.sound, "\(verdict.flaws)")
    try await second.stop()
  }

  /// Opens a copy and verifies the wallet's journal in it.
  static func prove(_ path: String, hasSequence least: Int64, of wallet: String) throws {
    var store = try SQLiteStore(directory: path)
    let journal = try store.journal(of: WalletID(wallet))
    #expect(journal.last?.sequence ?? 0 >= least)
    var verifier = JournalVerifier(walletID: WalletID(wallet), sha256: testSHA256)
    for record in journal { try verifier.check(record) }
  }
}

/// Data directories for copies.
struct TemporaryCopies {
  let path: String

  func directory(_ name: String) throws -> String {
    let directory = "\(path)/\(name)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    return directory
  }
}
