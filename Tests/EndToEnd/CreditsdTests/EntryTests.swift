import CreditsClient
import Testing

@Suite("An entry read by id", .timeLimit(.minutes(1)))
struct EntryTests {
  @Test("is the posted one, with the amount that can still be refunded, also after a restart")
  func entries() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let granted = try await credits.wallet.grant("ada", .dollars(10), memo: "welcome", idempotencyKey: "grant")
    let charged = try await credits.wallet.charge(
      "ada",
      .dollars(4),
      for: .text,
      reference: "t1",
      idempotencyKey: "charge"
    )
    let refunded = try await credits.wallet.refund(charged.entry.entryID, .dollars(1), idempotencyKey: "refund")
    let posted: [(entry: Entry, refundable: Int64)] = [(granted.entry, 0), (charged.entry, 3), (refunded.entry, 0)]
    for (entry, refundable) in posted {
      let found = try await credits.wallet.entry(entry.entryID)
      #expect(found.entry == entry)
      #expect(found.refundable == .dollars(refundable))
    }
    daemon.kill()
    await credits.close()

    let second = try RunningDaemon(in: directory)
    let again = try await second.client()
    #expect(try await again.wallet.entry(charged.entry.entryID).entry == charged.entry)
    for unknown in ["e999-00000001", "e2-ffffffff"] {
      await #expect { try await again.wallet.entry(unknown) } throws: {
        ($0 as? CreditsError)?.reason == .entryNotFound
      }
    }
    await #expect { try await again.wallet.entry("2") } throws: { ($0 as? CreditsError)?.field == "entry_id" }
    await again.close()
    #expect(second.stop() == 0)
  }
}
