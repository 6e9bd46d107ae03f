import CreditsClient
import Foundation
import Testing

@Suite("creditsd with a damaged ledger", .timeLimit(.minutes(5)))
struct DamagedLedgerTests {
  let directory: TestDirectory
  private var file: String { directory.path("ledger/ledger.db") }

  init() throws { directory = try TestDirectory() }

  /// Creates the wallets "ada" and "bob" with $10 and some charges each, and stops the daemon.
  func writeLedger(charges: Int = 60) async throws {
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    for wallet in ["ada", "bob"] {
      _ = try await credits.wallet.create(wallet, idempotencyKey: "create \(wallet)")
      _ = try await credits.wallet.grant(wallet, .dollars(10), idempotencyKey: "grant \(wallet)")
      for index in 0..<charges {
        let reference = "reference-\(wallet)-\(index)-"
        _ = try await credits.wallet.charge(
          wallet,
          .micros(1),
          for: .call,
          reference: reference,
          idempotencyKey: "\(wallet) \(index)"
        )
      }
    }
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  /// Fills the page of the ledger's file that contains `text` with zeros.
  func damagePage(with text: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: file))
    let place = try #require(bytes.firstRange(of: Data(text.utf8))).lowerBound
    let page = place / 4096 * 4096
    bytes.replaceSubrange(page..<page + 4096, with: Data(count: 4096))
    try bytes.write(to: URL(filePath: file))
  }

  func sqlite3(_ sql: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sqlite3", file, sql]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  func expectDamage(_ body: () async throws -> Void, _ location: SourceLocation = #_sourceLocation) async {
    let error = await #expect(throws: CreditsError.self, sourceLocation: location) { try await body() }
    #expect(error?.reason == .ledgerDamaged && error?.code == .dataLoss, "\(error as Any)", sourceLocation: location)
  }

  @Test("goes on for everybody who does not need a damaged page of the journal, also after kill -9")
  func journalPage() async throws {
    try await writeLedger()
    try damagePage(with: "reference-ada-30-")
    for round in 0..<2 {
      let daemon = try RunningDaemon(in: directory)
      let credits = try await daemon.client()
      #expect(try await credits.wallet.get("ada").available == .micros(9_999_940))
      #expect(try await credits.wallet.get("bob").available == .micros(9_999_940))
      await expectDamage { _ = try await credits.wallet.entries("ada", pageSize: 1000) }
      #expect(try await credits.wallet.entries("bob", pageSize: 1000).items.count == 61)
      // A key on the page, and a new key, which might be on it.
      for key in ["ada 30", "new \(round)"] {
        await expectDamage {
          _ = try await credits.wallet.charge(
            "ada",
            .micros(1),
            for: .call,
            reference: "reference-ada-30-",
            idempotencyKey: key
          )
        }
      }
      let known = try await credits.wallet.charge(
        "bob",
        .micros(1),
        for: .call,
        reference: "reference-bob-3-",
        idempotencyKey: "bob 3"
      )
      #expect(known.isReplayed)
      let verified = try BackupTests.creditsctl(["verify"], socket: daemon.socketPath)
      #expect(verified.status == 1, "\(verified.text)")
      #expect(verified.text.firstMatch(of: /records \d+ to \d+ cannot be read/) != nil, "\(verified.text)")
      #expect(try await credits.wallet.get("bob").available == .micros(9_999_940))
      await credits.close()
      if round == 0 {
        daemon.kill()
      } else {
        #expect(daemon.stop() == 0)
      }
      let log = daemon.errorText()
      #expect(log.contains("new idempotency keys are refused, reads are served"), "\(log)")
    }
  }

  @Test("neither shows nor spends a balance with a flipped bit, and serves the other wallets")
  func balance() async throws {
    try await writeLedger(charges: 3)
    // The opening folds the balances.
    var daemon = try RunningDaemon(in: directory)
    await (try await daemon.client()).close()
    #expect(daemon.stop() == 0)
    try sqlite3("UPDATE balance SET posted = posted + 1073741824 WHERE wallet = 1")
    daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    await expectDamage { _ = try await credits.wallet.get("ada") }
    await expectDamage {
      _ = try await credits.wallet.charge("ada", .dollars(20), for: .call, idempotencyKey: "spend")
    }
    _ = try await credits.wallet.charge("bob", .dollars(5), for: .call, idempotencyKey: "spend bob")
    #expect(try await credits.ledger.verify().sound == false)
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("does not serve a wallet whose unfolded balance was changed in the journal")
  func tail() async throws {
    try await writeLedger(charges: 3)
    try sqlite3("UPDATE journal SET posted = posted + 1073741824 WHERE record = 5")
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    await expectDamage { _ = try await credits.wallet.get("ada") }
    #expect(try await credits.wallet.get("bob").available == .micros(9_999_997))
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(daemon.errorText().contains("record 5 does not follow"), "\(daemon.errorText())")
  }
}
