import CreditsClient

/// Takes two customers from no wallet to automatic recharges, each step a call over the socket.
struct Story {
  let credits: CreditsClient
  let wallet = "ada"

  private static let billing = BillingDetails(
    name: "Ada Lovelace",
    email: "ada@example.com",
    country: "GB",
    postalCode: "W1S 4BS"
  )
  private static let editedBilling = BillingDetails(
    name: "Ada King",
    email: "ada@example.com",
    country: "GB",
    postalCode: "SW1Y 4LE",
    street: "12 St James's Square",
    city: "London",
    company: "Analytical Engines",
    taxID: "GB123456789"
  )
  let firstCard = PaymentDetails(token: "pm_card_visa", billing: billing)
  private let brokenCard = PaymentDetails(token: "pm_card_visa_chargeDeclined", billing: billing)
  let secondCard = PaymentDetails(token: "pm_card_mastercard", billing: billing)
  /// A card that can be saved, but is declined whenever it is charged.
  let failingCard = PaymentDetails(token: "pm_card_chargeCustomerFail", billing: billing)

  func run(_ narrator: inout Narrator) async throws {
    try await openWallet(&narrator)
    try await buyNumber(&narrator)
    try await makeCalls(&narrator)
    try await rechargeAgain(&narrator)
    try await changeCard(&narrator)
    try await rechargeAutomatically(&narrator)
    try await turnOff(&narrator)
    try await declineAutomatically(&narrator)
  }

  private func openWallet(_ narrator: inout Narrator) async throws {
    narrator.chapter("Ada is new here")
    try await narrator.call("credits.wallet.get(\"ada\")", expectsRefusal: true) {
      try await credits.wallet.get(wallet)
    } answer: {
      show($0)
    }
    try await narrator.call("credits.wallet.create(\"ada\", idempotencyKey: \"signup-ada\")") {
      try await credits.wallet.create(wallet, idempotencyKey: "signup-ada")
    } answer: {
      show($0)
    }
  }

  private func buyNumber(_ narrator: inout Narrator) async throws {
    narrator.chapter("She wants a phone number, and has no credits")
    try await narrator.call(
      "credits.wallet.charge(\"ada\", .dollars(3), for: .numberPurchase, idempotencyKey: \"number-1\")",
      expectsRefusal: true
    ) {
      try await credits.wallet.charge(wallet, .dollars(3), for: .numberPurchase, idempotencyKey: "number-1")
    } answer: {
      show($0)
    }

    narrator.chapter("Her first visit to Add Credits: it asks for payment details")
    try await narrator.call("credits.recharge.options(\"ada\")") {
      try await credits.recharge.options(wallet)
    } answer: {
      show($0)
    }
    try await narrator.call(
      "credits.recharge.pay(\"ada\", .dollars(50), idempotencyKey: \"recharge-1\")",
      expectsRefusal: true
    ) {
      try await credits.recharge.pay(wallet, .dollars(50), idempotencyKey: "recharge-1")
    } answer: {
      show($0)
    }
    try await narrator.call(
      "credits.recharge.pay(\"ada\", .dollars(50), with: visa, idempotencyKey: \"recharge-2\")"
    ) {
      try await credits.recharge.pay(wallet, .dollars(50), with: firstCard, idempotencyKey: "recharge-2")
    } answer: {
      show($0)
    }

    narrator.chapter("The number is hers, once, however often the call is repeated")
    for _ in 1...2 {
      try await narrator.call(
        "credits.wallet.charge(\"ada\", .dollars(3), for: .numberPurchase, idempotencyKey: \"number-2\")"
      ) {
        try await credits.wallet.charge(
          wallet,
          .dollars(3),
          for: .numberPurchase,
          reference: "+44 20 7946 0123",
          idempotencyKey: "number-2"
        )
      } answer: {
        show($0)
      }
    }
  }

  private func makeCalls(_ narrator: inout Narrator) async throws {
    narrator.chapter("Calls cost fractions of a cent a second")
    for (number, micros) in [(1, Int64(21_700)), (2, 4_200), (3, 133_333)] {
      try await narrator.call(
        "credits.wallet.charge(\"ada\", .micros(\(micros)), for: .call, idempotencyKey: \"call-\(number)\")"
      ) {
        try await credits.wallet.charge(
          wallet,
          .micros(micros),
          for: .call,
          reference: "call \(number)",
          idempotencyKey: "call-\(number)"
        )
      } answer: {
        show($0)
      }
    }
  }

  private func rechargeAgain(_ narrator: inout Narrator) async throws {
    narrator.chapter("A recharge is $10 to $1000")
    for dollars in [Int64(5), 1001] {
      try await narrator.call(
        "credits.recharge.pay(\"ada\", .dollars(\(dollars)), idempotencyKey: \"recharge-of-\(dollars)\")",
        expectsRefusal: true
      ) {
        try await credits.recharge.pay(wallet, .dollars(dollars), idempotencyKey: "recharge-of-\(dollars)")
      } answer: {
        show($0)
      }
    }

    narrator.chapter("Her second visit: the saved card is listed, and pays")
    try await narrator.call("credits.recharge.options(\"ada\")") {
      try await credits.recharge.options(wallet)
    } answer: {
      show($0)
    }
    try await narrator.call("credits.recharge.pay(\"ada\", .dollars(25), idempotencyKey: \"recharge-3\")") {
      try await credits.recharge.pay(wallet, .dollars(25), idempotencyKey: "recharge-3")
    } answer: {
      show($0)
    }

    narrator.chapter("Billing details are edited, and the card stays")
    try await narrator.call("credits.paymentMethod.updateBilling(\"ada\", edited, idempotencyKey: \"billing-1\")") {
      try await credits.paymentMethod.updateBilling(wallet, Self.editedBilling, idempotencyKey: "billing-1")
    } answer: {
      "\(show($0)) is billed to \(show($0.billingDetails))"
    }
  }

  private func changeCard(_ narrator: inout Narrator) async throws {
    narrator.chapter("Change Card and Pay: a declined card changes nothing")
    try await narrator.call(
      "credits.paymentMethod.changeCardAndPay(\"ada\", .dollars(20), with: declined, idempotencyKey: \"change-1\")"
    ) {
      try await credits.paymentMethod.changeCardAndPay(
        wallet,
        .dollars(20),
        with: brokenCard,
        idempotencyKey: "change-1"
      )
    } answer: {
      show($0)
    }
    try await narrator.call("credits.paymentMethod.get(\"ada\")") {
      try await credits.paymentMethod.get(wallet)
    } answer: {
      "the card is still \(show($0))"
    }

    narrator.chapter("A good one pays and takes its place, and the checkbox of automatic recharges is saved with it")
    try await narrator.call(
      """
      credits.paymentMethod.changeCardAndPay(
           "ada", .dollars(20), with: mastercard, autoRecharge: below10for20, idempotencyKey: "change-2")
      """
    ) {
      try await credits.paymentMethod.changeCardAndPay(
        wallet,
        .dollars(20),
        with: secondCard,
        autoRecharge: AutoRechargeSettings(enabled: true, threshold: .dollars(10), amount: .dollars(20)),
        idempotencyKey: "change-2"
      )
    } answer: {
      show($0)
    }
    try await narrator.call("credits.recharge.options(\"ada\")") {
      try await credits.recharge.options(wallet)
    } answer: {
      show($0)
    }
    try await narrator.call("credits.paymentMethod.get(\"ada\")") {
      try await credits.paymentMethod.get(wallet)
    } answer: {
      "the card is now \(show($0))"
    }
  }
}
