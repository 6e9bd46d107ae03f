import CreditsClient
import CreditsVersion
import Foundation
import Testing

@Suite("creditsd without a payment processor", .timeLimit(.minutes(2)))
struct NoProcessorTests {
  private static let visa = PaymentDetails(
    token: "pm_card_visa",
    billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
  )

  private func expectRefused(_ call: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) async {
    let refusal = await #expect(throws: CreditsError.self, sourceLocation: sourceLocation) { try await call() }
    #expect(refusal?.reason == .processorUnavailable && refusal?.code == .unavailable, sourceLocation: sourceLocation)
    #expect(refusal?.description.contains("--processor unix:PATH") == true, sourceLocation: sourceLocation)
  }

  @Test(
    "refuses what needs one with what to configure, begins nothing, and does everything else",
    arguments: [nil, "none"]
  )
  func withoutOne(name: String?) async throws {
    let directory = try TestDirectory()
    let simulated = try RunningDaemon(in: directory)
    let before = try await simulated.client()
    _ = try await before.wallet.create("ada", idempotencyKey: "create")
    let paid = try await before.recharge.pay("ada", .dollars(25), with: Self.visa, idempotencyKey: "paid").recharge
    await before.close()
    #expect(simulated.stop() == 0)

    let daemon = try RunningDaemon(in: directory, processor: name.map { ["--processor", $0] } ?? [])
    let credits = try await daemon.client()
    await expectRefused {
      _ = try await credits.recharge.pay("ada", .dollars(10), idempotencyKey: "saved")
    }
    await expectRefused {
      _ = try await credits.recharge.pay(
        "ada",
        .dollars(10),
        with: Self.visa,
        idempotencyKey: "new"
      )
    }
    await expectRefused {
      _ = try await credits.paymentMethod.changeCardAndPay(
        "ada",
        .dollars(10),
        with: Self.visa,
        idempotencyKey: "change"
      )
    }
    await expectRefused {
      _ = try await credits.paymentMethod.save("ada", Self.visa, idempotencyKey: "save")
    }
    await expectRefused {
      _ = try await credits.recharge.refund(paid.rechargeID, .dollars(1), idempotencyKey: "refund")
    }
    await expectRefused {
      _ = try await credits.paymentMethod.ingest([1], signature: "s")
    }
    let options = try await credits.recharge.options("ada")
    #expect(options.openRechargeID.isEmpty && options.paymentMethod != nil)

    // What was answered before is answered again.
    #expect(
      try await credits.recharge.pay("ada", .dollars(25), with: Self.visa, idempotencyKey: "paid").recharge == paid
    )
    _ = try await credits.wallet.grant("ada", .dollars(5), idempotencyKey: "grant")
    let hold = try await credits.hold.place("ada", .dollars(1), for: .call, idempotencyKey: "hold").hold
    _ = try await credits.hold.capture(hold.holdID, .dollars(1), isFinal: true, idempotencyKey: "capture")
    let charged = try await credits.wallet.charge("ada", .dollars(3), for: .call, idempotencyKey: "charge")
    #expect(charged.wallet.available == .dollars(26))
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(daemon.errorText().contains("processor=none"))
  }

  @Test("says at start which version it is, and its socket, data, processor and callers", arguments: [true, false])
  func startLine(isSimulated: Bool) async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, processor: isSimulated ? RunningDaemon.simulatedCards : [])
    let credits = try await daemon.client()
    await credits.close()
    #expect(daemon.stop() == 0)
    let line = try #require(daemon.errorText().split(separator: "\n").first { $0.contains("serving") })
    for words in [
      "version=\(CreditsVersion.current)", "socket=\(daemon.socketPath)", "data=\(directory.path("ledger"))",
      "callers=uid-\(getuid()) (uid \(getuid()))",
      isSimulated ? "processor=simulated, which moves no money" : "processor=none",
    ] {
      #expect(line.contains(words), "\(line)")
    }
  }
}
