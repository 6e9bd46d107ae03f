import CreditsClient
import Foundation
import Testing

@Suite("creditsd and the files of its ledger", .timeLimit(.minutes(5)))
struct LedgerFilesTests {
  let directory: TestDirectory
  private var file: String { directory.path("ledger/ledger.db") }
  private var log: String { file + "-wal" }
  private var copy: String { directory.path("copy.db") }

  init() throws { directory = try TestDirectory() }

  /// Starts a daemon, grants $10, makes a backup, charges, and kills the daemon.
  func writeLedger() async throws {
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    let backup = try BackupTests.creditsctl(["backup", copy], socket: daemon.socketPath)
    #expect(backup.status == 0, "\(backup.text)")
    for index in 0..<5 {
      _ = try await credits.wallet.charge("ada", .dollars(1), for: .call, idempotencyKey: "charge \(index)")
    }
    daemon.kill()
    await credits.close()
    #expect(daemon.errorText().contains("new ledger in \(directory.path("ledger"))"))
  }

  func expectRefusal(_ words: String, options: [String] = [], _ location: SourceLocation = #_sourceLocation) throws {
    let daemon = try RunningDaemon(in: directory, options: options)
    #expect(daemon.errorText().contains(words), "\(daemon.errorText())", sourceLocation: location)
    #expect(daemon.process.terminationStatus != 0, sourceLocation: location)
  }

  func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  @Test("are refused where the ledger is missing or empty beside its log, which stays as it is")
  func lost() async throws {
    try await writeLedger()
    let files = FileManager.default
    let before = try #require(contents(log))
    try files.moveItem(atPath: file, toPath: directory.path("moved.db"))
    try expectRefusal("but no ledger.db")
    try #require(files.createFile(atPath: file, contents: nil))
    try expectRefusal("is empty")
    #expect(contents(log) == before)
    try files.removeItem(atPath: file)
    try files.moveItem(atPath: directory.path("moved.db"), toPath: file)
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    #expect(try await credits.wallet.get("ada").available == .dollars(5))
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(!daemon.errorText().contains("new ledger"))
  }

  @Test("are refused where a backup has taken the ledger's place beside its log, and both stay as they are")
  func backupBesideLog() async throws {
    try await writeLedger()
    // Restart and kill the daemon, so that the log begins after the backup.
    let second = try RunningDaemon(in: directory)
    var credits = try await second.client()
    _ = try await credits.wallet.charge("ada", .dollars(1), for: .call, idempotencyKey: "later")
    second.kill()
    await credits.close()
    let (ledger, log) = (try #require(contents(file)), try #require(contents(log)))
    let backup = try #require(contents(copy))
    try backup.write(to: URL(filePath: file))
    try expectRefusal("do not belong together")
    #expect(contents(file) == backup && contents(self.log) == log)
    try ledger.write(to: URL(filePath: file))
    let daemon = try RunningDaemon(in: directory)
    credits = try await daemon.client()
    #expect(try await credits.wallet.get("ada").available == .dollars(4))
    #expect(try await credits.ledger.verify().sound)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("are not made where only an existing ledger is to be served")
  func existing() async throws {
    try expectRefusal("there is no ledger in \(directory.path("ledger"))", options: ["--existing"])
    #expect(!FileManager.default.fileExists(atPath: directory.path("ledger")))
    try FileManager.default.createDirectory(atPath: directory.path("ledger"), withIntermediateDirectories: false)
    try expectRefusal("there is no ledger in", options: ["--existing"])
    try await writeLedger()
    let daemon = try RunningDaemon(in: directory, environment: ["CREDITS_EXISTING": "true"])
    let credits = try await daemon.client()
    #expect(try await credits.wallet.get("ada").available == .dollars(5))
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  func inode(of name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: directory.path("ledger/\(name)"))[.systemFileNumber] as? Int
  }

  @Test("are never the target of a backup, by whatever name")
  func backups() async throws {
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let other = try RunningDaemon(
      in: directory,
      options: ["--data", directory.path("other"), "--socket", directory.path("other.sock")]
    )
    let others = try await CreditsClient.connect(socketPath: directory.path("other.sock"), waitsForServer: true)
    let files = FileManager.default
    let names = ["ledger.db", "ledger.db-wal", "lock", "simulated-processor.log"]
    var targets = names.flatMap { [directory.path("ledger/\($0)"), directory.path("other/\($0)")] }
    targets += [directory.path("ledger/../ledger/ledger.db"), directory.path("ledger/ledger.db-shm")]
    for name in names {
      for kind in ["hard", "soft"] {
        let link = directory.path("\(kind)-\(name)")
        let target = directory.path("ledger/\(name)")
        if kind == "hard" {
          try files.linkItem(atPath: target, toPath: link)
        } else {
          try files.createSymbolicLink(atPath: link, withDestinationPath: target)
        }
        targets.append(link)
      }
    }
    // The partial file must not be a link to the ledger either.
    try files.linkItem(atPath: directory.path("ledger/ledger.db"), toPath: directory.path("copy.partial"))
    targets.append(directory.path("copy"))
    _ = try directory.write("mine", to: "ledger/notes")
    #expect(mkfifo(directory.path("pipe"), 0o600) == 0)
    targets += [directory.path("ledger/clock"), directory.path("ledger/notes"), directory.path("pipe")]
    let inodes = try names.map(inode)
    for target in targets {
      let refused = try BackupTests.creditsctl(["backup", "--force", target], socket: daemon.socketPath)
      #expect(refused.status == 1 && refused.text.contains("take another name"), "\(target): \(refused.text)")
    }
    #expect(try names.map(inode) == inodes)
    _ = try await credits.wallet.create("bob", idempotencyKey: "create bob")
    #expect(try await credits.ledger.verify().sound)
    #expect(try await others.ledger.verify().sound)
    let good = try BackupTests.creditsctl(["backup", "--force", directory.path("good.db")], socket: daemon.socketPath)
    #expect(good.status == 0, "\(good.text)")
    await credits.close()
    await others.close()
    #expect(daemon.stop() == 0 && other.stop() == 0)
  }
}
