import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import StoreContract
import Testing

/// SQLite takes a log for shorter where a frame is invalid, and a file without a log for one that was closed.
@Suite("A ledger whose log is damaged")
struct DamagedLogTests {
  let directory = TemporaryDirectory()
  private var database: String { directory.path + "/ledger.db" }
  private var log: String { directory.path + "/ledger.db-wal" }
  private var lock: String { directory.path + "/lock" }

  private static let charges = 12

  /// Leaves the directory as `kill -9` does after some charges: each file keeps its identity. Returns the log.
  private func kill() throws -> Data {
    var files: [String: Data] = [:]
    do {
      let ledger = try ReopenableLedger { [directory] in try SQLiteStore(directory: directory.path) }
      _ = try ledger.run(Scenario.command(CreateWallet(WalletID("w"), .usd), key: "w"))
      _ = try ledger.run(Scenario.command(GrantCredits(WalletID("w"), Scenario.usd(10), memo: ""), key: "g"))
      for index in 0..<Self.charges {
        let charge = Charge(WalletID("w"), Scenario.micros(1), .call, reference: "")
        _ = try ledger.run(Scenario.command(charge, key: "k\(index)"))
      }
      for path in [database, log, lock] { files[path] = FileManager.default.contents(atPath: path) }
    }
    #expect(!FileManager.default.fileExists(atPath: log))
    for (path, content) in files { try content.write(to: URL(filePath: path)) }
    return try #require(files[log])
  }

  private func posted() throws -> Int64? {
    try ReopenableLedger { [directory] in try SQLiteStore(directory: directory.path) }.account("w")?.wallet.posted
  }

  private func refusal() throws -> String {
    "\(try #require(throws: StoreError.self) { try SQLiteStore(directory: directory.path) })"
  }

  /// The offsets at which transactions end in a log (sqlite.org/fileformat2.html, section 4.1).
  private func ends(in log: Data) -> [Int] {
    stride(from: 32, to: log.count, by: 4096 + 24).filter { log[$0 + 4..<$0 + 8].contains { $0 != 0 } }
      .map { $0 + 4096 + 24 }
  }

  @Test("is refused wherever a bit of it has flipped before the last transactions, and stays as it is")
  func flippedBits() throws {
    let sound = try kill()
    let ends = ends(in: sound)
    try #require(ends.count == Self.charges + 2 && ends.last == sound.count)
    var dice = SplitMix64(seed: 4)
    // The header, a frame's header, and pages.
    let places =
      [3, 17, 30, 32 + 9, 32 + 17, 32 + 24]
      + (0..<30).map { _ in
        Int.random(in: 32..<ends[ends.count - 3], using: &dice)
      }
    for place in places {
      var changed = sound
      changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
      try changed.write(to: URL(filePath: log))
      #expect(try refusal().contains("ledger.db-wal is damaged at byte"), "byte \(place)")
      #expect(FileManager.default.contents(atPath: log) == changed, "byte \(place)")
    }
    try sound.write(to: URL(filePath: log))
    #expect(try posted() == 10_000_000 - Int64(Self.charges))
  }

  @Test("can be used up to the damage if it is cut off as the refusal says")
  func cutOff() throws {
    var changed = try kill()
    let ends = ends(in: changed)
    changed[ends[5] + 50] ^= 1
    try changed.write(to: URL(filePath: log))
    let refusal = try refusal()
    let offset = try #require(refusal.firstMatch(of: #/truncate -s ([0-9]+) /#).flatMap { Int($0.1) })
    try changed.prefix(offset).write(to: URL(filePath: log))
    // A wallet, a grant and four charges.
    #expect(try posted() == 10_000_000 - 4)
  }

  @Test("is used without its last transaction where that is torn, as a power cut leaves it")
  func tornTail() throws {
    let sound = try kill()
    let ends = ends(in: sound)
    var changed = sound
    changed[ends[ends.count - 2] + 40] ^= 1
    try changed.write(to: URL(filePath: log))
    #expect(try posted() == 10_000_000 - Int64(Self.charges) + 1)
  }

  @Test("is refused where it was removed after a crash, until it is put back or given up")
  func removed() throws {
    let log = try kill()
    for _ in 0..<2 {
      try FileManager.default.removeItem(atPath: self.log)
      for _ in 0..<2 { #expect(try refusal().contains("ledger.db-wal is missing")) }
      try log.write(to: URL(filePath: self.log))
    }
    #expect(try posted() == 10_000_000 - Int64(Self.charges))
    // Closed in good order, it has no log.
    #expect(try posted() == 10_000_000 - Int64(Self.charges))
    _ = try kill()
    try FileManager.default.removeItem(atPath: self.log)
    try FileManager.default.removeItem(atPath: lock)
    #expect(throws: Never.self) { try SQLiteStore(directory: directory.path) }
  }

  @Test("needs no log where a backup took the place of the file")
  func replaced() throws {
    _ = try kill()
    let backup = try #require(FileManager.default.contents(atPath: database))
    try FileManager.default.removeItem(atPath: log)
    // Written while the file is still there, so that it cannot get its number.
    let copy = directory.path + "/copy"
    try backup.write(to: URL(filePath: copy))
    try FileManager.default.removeItem(atPath: database)
    try FileManager.default.moveItem(atPath: copy, toPath: database)
    #expect(throws: Never.self) { try SQLiteStore(directory: directory.path) }
  }

  @Test("is missed while it is in use, as the file is", arguments: ["ledger.db-wal", "ledger.db"])
  func removedWhileInUse(name: String) async throws {
    var settings = SQLiteStore.Settings()
    settings.framesBeforeCheckpoint = 1
    let committer = try Committer(
      rules: ReopenableLedger<SQLiteStore>.rules,
      clock: { _ in .now },
      open: { [settings, directory] () throws(StoreError) in
        try SQLiteStore(directory: directory.path, settings: settings)
      },
      stopped: { Issue.record("stopped: \($0)") }
    )
    _ = try await committer.submit(Scenario.command(CreateWallet(WalletID("w"), .usd), key: "w"))
    _ = try await committer.submit(Scenario.command(GrantCredits(WalletID("w"), Scenario.usd(10), memo: ""), key: "g"))
    try FileManager.default.removeItem(atPath: directory.path + "/" + name)
    var charged: Int64 = 0
    let error = await #expect(throws: LedgerError.self) {
      while charged < 100 {
        let charge = Charge(WalletID("w"), Scenario.micros(1), .call, reference: "")
        _ = try await committer.submit(Scenario.command(charge, key: "k\(charged)"))
        charged += 1
      }
    }
    #expect("\(error as Any)".contains("while it is in use"))
    // Reads are answered.
    _ = try await committer.submit(GetWallet(WalletID("w")))
    committer.close()
    // What the removed log had is in the file.
    if name == "ledger.db-wal" { #expect(try posted() == 10_000_000 - charged) }
  }
}
