import CreditsClient
import Foundation
import Testing

@Suite(
  "creditsd on a full disk",
  .enabled(if: SmallDisk.canMount, SmallDisk.skipped),
  .timeLimit(.minutes(5)),
  .serialized
)
struct FullDiskTests {
  let directory: TestDirectory
  let disk: SmallDisk

  init() throws {
    directory = try TestDirectory()
    disk = try SmallDisk(mebibytes: 16)
  }

  func daemon() throws -> RunningDaemon {
    try RunningDaemon(in: directory, options: ["--data", disk.path + "/ledger"])
  }

  /// Charges until a charge is refused because the disk is full. Returns the keys of those that were acknowledged.
  func chargeUntilFull(_ credits: CreditsClient, prefix: String = "k") async throws -> [String] {
    var keys: [String] = []
    while true {
      let key = "\(prefix)\(keys.count)"
      do {
        _ = try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key)
        keys.append(key)
      } catch CreditsError.Reason.diskFull {
        return keys
      }
    }
  }

  func chargeOnceThereIsRoom(_ credits: CreditsClient, key: String) async throws {
    while true {
      do {
        _ = try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key)
        return
      } catch CreditsError.Reason.diskFull {}
    }
  }

  func health(_ daemon: RunningDaemon, _ service: String? = nil) throws -> String {
    let output = try BackupTests.creditsctl(["health"] + (service.map { [$0] } ?? []), socket: daemon.socketPath)
    // What follows names the services that are not serving.
    return String(output.text.prefix { $0 != "\n" })
  }

  func waitForHealth(_ daemon: RunningDaemon, _ status: String) throws {
    while try health(daemon) != status {}
  }

  func occurrences(of text: String, in log: String) -> Int { log.components(separatedBy: text).count - 1 }

  @Test("serves reads, refuses changes, says so once in log and health, and comes back by itself")
  func running() async throws {
    let daemon = try daemon()
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    try disk.fill()
    let keys = try await chargeUntilFull(credits)
    let wallet = try await credits.wallet.get("ada")
    #expect(wallet.sequence == Int64(keys.count) + 2)
    if let key = keys.last {
      #expect(try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key).isReplayed)
    }
    #expect(try health(daemon) == "NOT_SERVING")
    #expect(try health(daemon, "credits.v1.WalletService") == "NOT_SERVING")
    // What is due meanwhile says nothing either.
    for _ in 0..<3 { #expect(try await chargeUntilFull(credits, prefix: "while full").isEmpty) }

    try disk.makeRoom()
    try await chargeOnceThereIsRoom(credits, key: "after")
    try waitForHealth(daemon, "SERVING")
    #expect(try health(daemon, "credits.v1.WalletService") == "SERVING")
    #expect(try await credits.wallet.get("ada").sequence == wallet.sequence + 1)
    #expect(try await credits.ledger.verify().sound)
    await credits.close()
    #expect(daemon.stop() == 0)
    let log = daemon.errorText()
    #expect(
      occurrences(of: "changes are refused", in: log) == 1 && occurrences(of: "has room again", in: log) == 1,
      "\(log)"
    )
    #expect(occurrences(of: "could not be done", in: log) == 0, "\(log)")
  }

  @Test("starts on a disk that was full when it stopped, was killed, or filled since", arguments: [true, false])
  func starting(stops: Bool) async throws {
    let first = try daemon()
    var credits = try await first.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    for index in 0..<100 {
      _ = try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: "before-\(index)")
    }
    try disk.fill()
    _ = try await chargeUntilFull(credits)
    let wallet = try await credits.wallet.get("ada")
    await credits.close()
    if stops { #expect(first.stop() == 0) } else { first.kill() }
    // What the stop has freed is taken again.
    try disk.makeRoom()
    try disk.fill()

    let second = try daemon()
    credits = try await second.client()
    #expect(try await credits.wallet.get("ada") == wallet)
    #expect(try health(second) == "NOT_SERVING")
    #expect(try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: "before-7").isReplayed)
    let more = try await chargeUntilFull(credits, prefix: "second")
    try disk.makeRoom()
    try await chargeOnceThereIsRoom(credits, key: "after")
    try waitForHealth(second, "SERVING")
    #expect(try await credits.wallet.get("ada").sequence == wallet.sequence + Int64(more.count) + 1)
    #expect(try await credits.ledger.verify().sound)
    await credits.close()
    #expect(second.stop() == 0)
    let log = second.errorText()
    #expect(
      occurrences(of: "changes are refused", in: log) == 1 && occurrences(of: "has room again", in: log) == 1,
      "\(log)"
    )
  }

  @Test("refuses changes at its limit of file sizes too, and comes back once that is raised")
  func fileSizeLimit() async throws {
    let wrapper = try directory.write(
      "#!/bin/bash\ntrap '' XFSZ\nulimit -S -f 600\nexec \"$@\"\n",
      to: "limited"
    )
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: wrapper)
    let daemon = try RunningDaemon(in: directory, options: ["--data", disk.path + "/ledger"], wrapper: wrapper)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    _ = try await chargeUntilFull(credits)
    let wallet = try await credits.wallet.get("ada")
    #expect(try health(daemon) == "NOT_SERVING")
    let raise = Process()
    raise.executableURL = URL(filePath: "/usr/bin/env")
    raise.arguments = ["prlimit", "--pid", "\(daemon.process.processIdentifier)", "--fsize=unlimited"]
    try raise.run()
    raise.waitUntilExit()
    try #require(raise.terminationStatus == 0)
    try await chargeOnceThereIsRoom(credits, key: "after")
    try waitForHealth(daemon, "SERVING")
    #expect(try await credits.wallet.get("ada").sequence == wallet.sequence + 1)
    await credits.close()
    #expect(daemon.stop() == 0)
    let log = daemon.errorText()
    #expect(
      occurrences(of: "changes are refused", in: log) == 1 && occurrences(of: "has room again", in: log) == 1,
      "\(log)"
    )
  }

  @Test("is backed up to another disk while its own is full")
  func backup() async throws {
    let first = try daemon()
    var credits = try await first.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    try disk.fill()
    let keys = try await chargeUntilFull(credits)
    let wallet = try await credits.wallet.get("ada")
    let before = try FileManager.default.contentsOfDirectory(atPath: disk.path + "/ledger").sorted()
    try FileManager.default.createDirectory(atPath: directory.path("copy"), withIntermediateDirectories: false)
    let done = try BackupTests.creditsctl(["backup", directory.path("copy/ledger.db")], socket: first.socketPath)
    #expect(done.status == 0, "\(done.text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path + "/ledger").sorted() == before)
    await credits.close()
    #expect(first.stop() == 0)

    let copied = try RunningDaemon(in: directory, options: ["--data", directory.path("copy")])
    credits = try await copied.client()
    #expect(try await credits.wallet.get("ada") == wallet)
    if let key = keys.last {
      #expect(try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key).isReplayed)
    }
    #expect(try await credits.ledger.verify().sound)
    await credits.close()
    #expect(copied.stop() == 0)
  }

  @Test("says that a backup failed whose disk is full, and leaves nothing of it there")
  func backupToFullDisk() async throws {
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    try disk.fill()
    for _ in 0..<2 {
      let failed = try BackupTests.creditsctl(["backup", disk.path + "/copy.db"], socket: daemon.socketPath)
      #expect(failed.status == 1 && failed.text.contains("BACKUP_FAILED"), "\(failed.text)")
      #expect(failed.text.contains("make room"), "\(failed.text)")
      #expect(try disk.files.isEmpty)
    }
    try disk.makeRoom()
    let done = try BackupTests.creditsctl(["backup", disk.path + "/copy.db"], socket: daemon.socketPath)
    #expect(done.status == 0, "\(done.text)")
    #expect(try disk.files == ["copy.db"])
    _ = try await credits.wallet.get("ada")
    await credits.close()
    #expect(daemon.stop() == 0)
  }
}

@Suite(
  "credits-simulator on a full disk",
  .enabled(if: SmallDisk.canMount, SmallDisk.skipped),
  .timeLimit(.minutes(5))
)
struct FullSimulatorDiskTests {
  private let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")

  @Test("keeps whole records only, and opens its books again")
  func books() async throws {
    let directory = try TestDirectory()
    let disk = try SmallDisk(mebibytes: 1)
    let options = ["--file", disk.path + "/books", "--events", disk.path + "/events"]
    let processor = try ProcessorProcess(simulatorIn: directory, options: options)
    let daemon = try RunningDaemon(in: directory, options: ["--processor", "unix:\(processor.socketPath)"])
    let credits = try await daemon.client()
    let visa = PaymentDetails(token: "pm_card_visa", billing: billing)
    func save(_ index: Int, timeout: Duration = .seconds(20)) async throws {
      _ = try await credits.wallet.create("w\(index)", idempotencyKey: "create-\(index)")
      _ = try await credits.paymentMethod.save(
        "w\(index)",
        visa,
        idempotencyKey: "save-\(index)",
        timeout: timeout
      )
    }
    try await save(0)
    try disk.fill()
    var saved = 1
    // What is left of the file's last block takes some records, and then half of one.
    while true {
      do {
        try await save(saved, timeout: .seconds(1))
        saved += 1
      } catch let error as CreditsError where error.code == .unavailable || error.code == .deadlineExceeded {
        break
      }
    }
    try disk.makeRoom()
    try await save(saved + 1)
    let books = try String(contentsOfFile: disk.path + "/books", encoding: .utf8)
    #expect(books.hasSuffix("\n"))
    #expect(books.split(separator: "\n").dropFirst().allSatisfy { $0.hasPrefix("attachment\t") }, "\(books)")
    processor.kill()
    let again = try ProcessorProcess(simulatorIn: directory, options: options)
    try await save(saved + 2)
    await credits.close()
    #expect(daemon.stop() == 0)
    again.kill()
    for line in try String(contentsOfFile: disk.path + "/events", encoding: .utf8).split(separator: "\n") {
      #expect(line.hasPrefix("v1=") && line.components(separatedBy: "v1=").count == 2, "\(line)")
    }
  }
}
