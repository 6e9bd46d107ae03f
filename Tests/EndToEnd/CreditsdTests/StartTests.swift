import CreditsClient
import Foundation
import Testing

@Suite("creditsd")
struct StartTests {
  @Test("drains on Ctrl-C and on SIGTERM, exits 0 and removes its socket", arguments: [SIGINT, SIGTERM])
  func drains(signal: Int32) async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    #expect(daemon.stop(signal) == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socketPath))
    await credits.close()
  }

  @Test("refuses a socket on which another daemon serves, without disturbing it")
  func secondOnSocket() async throws {
    let directory = try TestDirectory()
    let first = try RunningDaemon(in: directory)
    let credits = try await first.client()
    let second = try RunningDaemon(in: directory, options: ["--data", directory.path("other")])
    #expect(second.errorText().contains("credits.sock"))
    #expect(second.process.terminationStatus != 0)
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    await credits.close()
  }

  @Test("refuses a ledger that another daemon has open, without disturbing it")
  func secondOnLedger() async throws {
    let directory = try TestDirectory()
    let first = try RunningDaemon(in: directory)
    let credits = try await first.client()
    let second = try RunningDaemon(in: directory, options: ["--socket", directory.path("other.sock")])
    #expect(second.errorText().contains("ledger"))
    #expect(second.process.terminationStatus != 0)
    _ = try await credits.wallet.create("ada", idempotencyKey: "k1")
    await credits.close()
  }

  @Test("takes options over the environment, and the environment over the file")
  func precedence() async throws {
    let directory = try TestDirectory()
    let file = try directory.write(#"{"socket": "/nowhere/file.sock", "logLevel": "debug"}"#, to: "config.json")
    let daemon = try RunningDaemon(
      in: directory,
      options: ["--config", file],
      environment: ["CREDITS_SOCKET": "/nowhere/environment.sock", "CREDITS_LOG_LEVEL": "error"]
    )
    let credits = try await daemon.client()
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(daemon.errorText().isEmpty)
  }

  @Test(
    "says what is wrong with its settings",
    arguments: [
      (#"{"sokcet": "x"}"#, "unknown member \"sokcet\""),
      (#"{"logCalls": "yes"}"#, "logCalls"),
      (#"{"processor": "stripe"}"#, "no processor \"stripe\""),
      (#"{"lowBalance": 10}"#, "lowBalance: take a text in quotes"),
      (#"{"callers": {}}"#, "callers: take a list in brackets"),
      (#"{"callers": null}"#, "callers: give it a value, or leave it out: it is null"),
      (#"{"limits": {"connections": 1.5}}"#, "limits.connections: take a whole number"),
      ("[]", "take an object in braces"),
      (#"{"lowBalance": "ten"}"#, "lowBalance is \"ten\": take dollars and cents"),
      (#"{"maximumShortfall": "2.5"}"#, "maximumShortfall is \"2.5\": take dollars and cents"),
      (#"{"suggestedAmounts": ["9.99"]}"#, "suggestedAmounts has \"9.99\", which must be from $10.00 to $1000.00"),
      (#"{"suggestedThresholds": ["10", "1000.01"]}"#, "suggestedThresholds has \"1000.01\", which must be from"),
      (#"{"suggestedAmounts": ["much"]}"#, "suggestedAmounts is \"much\": take dollars and cents"),
      (#"{"suggestedAmounts": []}"#, "suggestedAmounts is empty: name an amount"),
      (#"{"suggestedAmounts": [20]}"#, "suggestedAmounts"),
      (#"{"socket": "@credits"}"#, "the socket \"@credits\" is no file"),
      (#"{"limits": {"connections": 0}}"#, "limits.connections is 0: take 1 to"),
      (#"{"limits": {"memoryMebibytes": -1}}"#, "limits.memoryMebibytes is -1"),
      (#"{"limits": {"memory": 1}}"#, "unknown member \"memory\": known are connections, memoryMebibytes"),
      ("{", "config.json"),
    ]
  )
  func badSettings(json: String, complaint: String) throws {
    let directory = try TestDirectory()
    let file = try directory.write(json, to: "config.json")
    let places = ["--data", directory.path("ledger")]
    let daemon = try RunningDaemon(in: directory, places: places, processor: [], options: ["--config", file])
    #expect(daemon.errorText().contains(complaint))
    #expect(daemon.process.terminationStatus != 0)
  }

  @Test("logs caller, method and status of each call, and nothing of the message")
  func callLog() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--log-calls", "--log-level", "error"])
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("canary-wallet", idempotencyKey: "canary-key")
    let missing = await #expect(throws: CreditsError.self) { try await credits.wallet.get("canary-other") }
    #expect(missing?.reason == .walletNotFound)
    await credits.close()
    #expect(daemon.stop() == 0)
    let log = daemon.errorText()
    #expect(log.contains("method=/credits.v1.WalletService/CreateWallet"))
    #expect(log.contains("status=OK") && log.contains("status=NOT_FOUND") && log.contains("uid=\(getuid())"))
    #expect(!log.contains("canary"))
  }

  @Test("denies a user without a role")
  func roles() async throws {
    let directory = try TestDirectory()
    let json = #"{"callers": [{"name": "reader", "uid": \#(getuid()), "roles": ["read"]}]}"#
    let file = try directory.write(json, to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file])
    let credits = try await daemon.client()
    let missing = await #expect(throws: CreditsError.self) { try await credits.wallet.get("ada") }
    #expect(missing?.reason == .walletNotFound)
    let refusal = await #expect(throws: CreditsError.self) {
      try await credits.wallet.create("ada", idempotencyKey: "k1")
    }
    #expect(refusal?.code == .permissionDenied && refusal?.reason == .roleMissing && refusal?.role == "billing")
    await credits.close()
  }

  @Test(
    "suggests amounts and thresholds up to the limits, or those of its configuration, least first",
    arguments: [true, false]
  )
  func suggestions(isConfigured: Bool) async throws {
    let directory = try TestDirectory()
    let json = #"{"suggestedAmounts": ["750.50", "20", "20.00"], "suggestedThresholds": ["15"]}"#
    let file = try directory.write(isConfigured ? json : "{}", to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file])
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let options = try await credits.recharge.options("ada")
    let usual: [Money] = [10, 25, 50, 100, 250, 500, 1000].map { .dollars($0) }
    #expect(options.suggestedAmounts == (isConfigured ? [.dollars(20), .cents(75_050)] : usual))
    #expect(options.suggestedThresholds == (isConfigured ? [.dollars(15)] : usual))
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("applies the settings for low balances and shortfalls")
  func amounts() async throws {
    let directory = try TestDirectory()
    let file = try directory.write(#"{"lowBalance": "5", "maximumShortfall": "3"}"#, to: "config.json")
    let daemon = try RunningDaemon(
      in: directory,
      options: ["--config", file, "--maximum-shortfall", "1.50"],
      environment: ["CREDITS_LOW_BALANCE": "4.00"]
    )
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(6), idempotencyKey: "grant")
    for cents in [150, 50, 1] {
      _ = try await credits.wallet.charge("ada", .cents(Int64(cents)), for: .call, idempotencyKey: "\(cents)")
    }
    for try await batch in credits.ledger.events(after: "0.0") where !batch.events.isEmpty {
      #expect(batch.events.map(\.kind) == [.lowBalance])
      #expect(batch.events.first?.change?.wallet?.available == .cents(399))
      break
    }
    let hold = try await credits.hold.place("ada", .cents(399), for: .call, idempotencyKey: "hold").hold
    let refusal = await #expect(throws: CreditsError.self) {
      try await credits.hold.capture(hold.holdID, .cents(550), isFinal: true, idempotencyKey: "too much")
    }
    #expect(refusal?.reason == .shortfallLimit && refusal?.capturable == .cents(549))
    let capture = try await credits.hold.capture(hold.holdID, .cents(549), isFinal: true, idempotencyKey: "capture")
    #expect(capture.entry.shortfall == .cents(150) && capture.wallet.available == .cents(-150))
    await credits.close()
    #expect(daemon.stop() == 0)
  }
}
