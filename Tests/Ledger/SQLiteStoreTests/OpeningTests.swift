import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import StoreContract
import Testing

@Suite("Opening a ledger")
struct OpeningTests {
  let directory = TemporaryDirectory()
  private var database: String { directory.path + "/ledger.db" }
  private var log: String { directory.path + "/ledger.db-wal" }

  /// Opens and closes the ledger. Returns the notices.
  @discardableResult
  func open(creates: Bool = true) throws -> [OpeningNotice] {
    var notices: [OpeningNotice] = []
    _ = try SQLiteStore(directory: directory.path, creates: creates, notice: { notices.append($0) })
    return notices
  }

  func expectRefusal(_ words: String, creates: Bool = true, _ location: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: StoreError.self, sourceLocation: location) { try open(creates: creates) }
    #expect("\(error as Any)".contains(words), "\(error as Any)", sourceLocation: location)
  }

  func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  /// Opens the ledger, charges, and copies the files while it is open, as `kill -9` would leave them.
  func kill(after charges: Range<Int>, leaving copy: TemporaryDirectory) throws {
    let ledger = try ReopenableLedger { [directory] in try SQLiteStore(directory: directory.path) }
    if charges.lowerBound == 0 {
      _ = try ledger.run(Scenario.command(CreateWallet(WalletID("w"), .usd), key: "w"))
      _ = try ledger.run(Scenario.command(GrantCredits(WalletID("w"), Scenario.usd(10), memo: ""), key: "g"))
    }
    for index in charges {
      let charge = Charge(WalletID("w"), Scenario.micros(1), .call, reference: "")
      _ = try ledger.run(Scenario.command(charge, key: "k\(index)"))
    }
    try FileManager.default.copyItem(atPath: directory.path, toPath: copy.path)
  }

  func posted(_ path: String) throws -> Int64? {
    try ReopenableLedger { try SQLiteStore(directory: path) }.account("w")?.wallet.posted
  }

  // MARK: Where there is none

  @Test("makes a new one where the directory is missing or has no more than the lock, and says so once")
  func new() throws {
    #expect(try open() == [.newLedger(directory.path)])
    #expect("\(OpeningNotice.newLedger("/data"))" == "new ledger in /data")
    #expect(try open() == [])
    for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) where name != "lock" {
      try FileManager.default.removeItem(atPath: directory.path + "/" + name)
    }
    try "".write(toFile: directory.path + "/somebody's", atomically: false, encoding: .utf8)
    #expect(try open() == [.newLedger(directory.path)])
  }

  @Test("makes none where it must not")
  func existing() throws {
    expectRefusal("there is no ledger in", creates: false)
    #expect(!FileManager.default.fileExists(atPath: directory.path))
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: false)
    expectRefusal("there is no ledger in", creates: false)
    #expect(!FileManager.default.fileExists(atPath: database))
    try open()
    #expect(try open(creates: false) == [])
  }

  @Test(
    "refuses a directory that has lost its ledger, and leaves the rest as it is",
    arguments: ["ledger.db-wal", "ledger.db-shm", "ledger.db-journal", "ledger.db.old", "simulated-processor.log"]
  )
  func lost(remains: String) throws {
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: false)
    try "remains".write(toFile: directory.path + "/" + remains, atomically: false, encoding: .utf8)
    expectRefusal("has \(remains) but no ledger.db")
    #expect(contents(directory.path + "/" + remains) == Data("remains".utf8))
    #expect(!FileManager.default.fileExists(atPath: database))
  }

  @Test("refuses an empty file, and leaves its log as it is")
  func empty() throws {
    let killed = TemporaryDirectory()
    try kill(after: 0..<3, leaving: killed)
    let log = try #require(contents(killed.path + "/ledger.db-wal"))
    #expect(!log.isEmpty)
    try Data().write(to: URL(filePath: killed.path + "/ledger.db"))
    let error = #expect(throws: StoreError.self) { try SQLiteStore(directory: killed.path) }
    #expect("\(error as Any)".contains("is empty, so the ledger that was there is lost: restore a backup"))
    #expect(contents(killed.path + "/ledger.db-wal") == log)
  }

  @Test("begins anew where it was killed while it made a new one")
  func killedWhileNew() throws {
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: false)
    for suffix in ["", "-wal", "-journal"] {
      try "half".write(toFile: database + ".new" + suffix, atomically: false, encoding: .utf8)
    }
    #expect(try open() == [.newLedger(directory.path)])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["ledger.db", "lock"])
  }

  // MARK: The log

  @Test("takes up the log that a killed process left")
  func killed() throws {
    let (first, second) = (TemporaryDirectory(), TemporaryDirectory())
    try kill(after: 0..<5, leaving: first)
    #expect(try posted(first.path) == 9_999_995)
    try kill(after: 5..<9, leaving: second)
    #expect(try posted(second.path) == 9_999_991)
    #expect(try posted(directory.path) == 9_999_991)
  }

  @Test("refuses a file with the log of another, and leaves both as they are", arguments: ["backup", "log", "other"])
  func swapped(what: String) throws {
    let (early, between, late) = (TemporaryDirectory(), TemporaryDirectory(), TemporaryDirectory())
    try kill(after: 0..<5, leaving: early)
    try kill(after: 5..<7, leaving: between)
    try kill(after: 7..<9, leaving: late)
    let files = FileManager.default
    switch what {
    case "backup":
      // After opening and closing, it has no log.
      #expect(try posted(early.path) == 9_999_995)
      try files.removeItem(atPath: late.path + "/ledger.db")
      try files.copyItem(atPath: early.path + "/ledger.db", toPath: late.path + "/ledger.db")
    case "log":
      try files.removeItem(atPath: late.path + "/ledger.db-wal")
      try files.copyItem(atPath: early.path + "/ledger.db-wal", toPath: late.path + "/ledger.db-wal")
    default:
      let other = TemporaryDirectory()
      _ = try SQLiteStore(directory: other.path)
      try files.removeItem(atPath: late.path + "/ledger.db")
      try files.copyItem(atPath: other.path + "/ledger.db", toPath: late.path + "/ledger.db")
    }
    let before = ["/ledger.db", "/ledger.db-wal"].map { contents(late.path + $0) }
    for _ in 0..<2 {
      let error = #expect(throws: StoreError.self) { try SQLiteStore(directory: late.path) }
      #expect("\(error as Any)".contains("do not belong together"))
    }
    #expect(["/ledger.db", "/ledger.db-wal"].map { contents(late.path + $0) } == before)
    // The advice in the message works.
    try files.removeItem(atPath: late.path + "/ledger.db-wal")
    #expect(throws: Never.self) { try SQLiteStore(directory: late.path) }
  }

  // MARK: The end of the journal

  @Test(
    "refuses one that does not end where it says",
    arguments: [
      "DELETE FROM journal WHERE record = (SELECT max(record) FROM journal)", "UPDATE ledger SET record = record - 1",
      "UPDATE ledger SET record = record + 1", "UPDATE ledger SET refusal = refusal + 1",
      "UPDATE ledger SET time = time + 1099511627776", "DELETE FROM ledger",
    ]
  )
  func end(sql: String) throws {
    let killed = TemporaryDirectory()
    try kill(after: 0..<5, leaving: killed)
    try open()
    _ = try directory.sqlite3(sql)
    expectRefusal("own row")
  }
}
