import Ledger
import PaymentProcessing
import Testing

extension ProcessorContract {
  func beginsASetupOnce() async throws {
    var first: CardSetup?
    let request = CardSetupRequest(key: "s1", walletID: WalletID("wallet"))
    try await run { processor in
      let setup = try await processor.createCardSetup(request)
      #expect(!setup.clientSecret.isEmpty && setup.clientSecret != setup.id)
      #expect(!"\(setup) \(String(reflecting: setup))".contains(setup.clientSecret))
      first = setup
    }
    try await run { processor in
      let again = try await processor.createCardSetup(request)
      #expect(again == first)
      let other = try await processor.createCardSetup(CardSetupRequest(key: "s2", walletID: WalletID("another")))
      #expect(other.id != first?.id)
      await expectRejection {
        _ = try await processor.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("another")))
      }
    }
  }

  func describesCards() async throws {
    try await run { processor in
      let visa = try await processor.describeCard(cards.visa)
      #expect(visa.brand == "visa" && visa.last4 == "4242" && (1...12).contains(visa.expiryMonth))
      #expect(try await processor.describeCard(cards.mastercard).brand == "mastercard")
      await #expect(throws: ProcessorFailure.unknownToken) {
        try await processor.describeCard(PaymentMethodToken("pm_nobody"))
      }
    }
  }

  func verifiesCards() async throws {
    try await run { processor in
      let visa = try await processor.verifyCard(cards.visa)
      #expect(visa.last4 == "4242")
      await #expect(throws: ProcessorFailure.cardDeclined(code: cards.declineCode)) {
        try await processor.verifyCard(cards.refused)
      }
      await #expect(throws: ProcessorFailure.unknownToken) {
        try await processor.verifyCard(PaymentMethodToken("pm_nobody"))
      }
    }
  }

  /// A card is attached once per key, also across a restart, and is charged by the token of the response.
  func attachesOnce() async throws {
    let request = attachment(cards.visa, key: "a1")
    var first: CardAttachment?
    try await run { processor in
      first = try await processor.attachCard(request)
      #expect(first?.card.last4 == "4242")
      #expect(try await processor.attachCard(request) == first)
    }
    try await run { processor in
      let attached = try await processor.attachCard(request)
      #expect(attached == first)
      #expect(try await processor.describeCard(attached.token) == attached.card)
      #expect(try await processor.createCharge(charge(attached.token, key: "c1")).status == .paid)
      let other = try await processor.attachCard(attachment(cards.visa, key: "a2"))
      #expect(other.token != attached.token)
    }
  }

  func refusesAnotherUseOfAnAttachmentsKey() async throws {
    try await run { processor in
      _ = try await processor.attachCard(attachment(cards.visa, key: "a1"))
      await expectRejection { _ = try await processor.attachCard(attachment(cards.mastercard, key: "a1")) }
      await expectRejection {
        _ = try await processor.attachCard(attachment(cards.visa, key: "a1", wallet: "another"))
      }
      var other = attachment(cards.visa, key: "a1")
      other.billing.postalCode = "NW1"
      await expectRejection { _ = try await processor.attachCard(other) }
    }
  }

  func attachesNoBadCard() async throws {
    try await run { processor in
      for _ in 1...2 {
        await #expect(throws: ProcessorFailure.cardDeclined(code: cards.declineCode)) {
          try await processor.attachCard(attachment(cards.refused, key: "a1"))
        }
      }
      await #expect(throws: ProcessorFailure.unknownToken) {
        try await processor.attachCard(attachment(PaymentMethodToken("pm_nobody"), key: "a2"))
      }
    }
  }

  /// A detached card cannot be charged; earlier charges of it are still replayed by their keys.
  func detachesForGood() async throws {
    try await run { processor in
      let attached = try await processor.attachCard(attachment(cards.visa, key: "a1"))
      let paid = try await processor.createCharge(charge(attached.token, key: "c1"))
      try await processor.detachCard(attached.token)
      try await processor.detachCard(attached.token)
      await #expect(throws: ProcessorFailure.unknownToken) {
        try await processor.createCharge(charge(attached.token, key: "c2"))
      }
      #expect(try await processor.createCharge(charge(attached.token, key: "c1")) == paid)
    }
    try await run { processor in
      let attached = try await processor.attachCard(attachment(cards.visa, key: "a1"))
      await #expect(throws: ProcessorFailure.unknownToken) {
        try await processor.createCharge(charge(attached.token, key: "c3"))
      }
    }
  }
}
