import Ledger
import Testing

@Suite("The screen for a processor's secrets")
struct ProcessorSecretScreenTests {
  @Test(
    "detects keys and tokens anywhere in a text",
    arguments: [
      "sk_live_51CanaryKeyCanary", "sk_test_4eC39HqLyjWDarjtT1", "rk_live_51CanaryKeyCanary", "whsec_51CanaryKeyCanary",
      "pm_1Q2w3E4r5T6y7U8i", "tok_1Q2w3E4r5T6y7U8i", "src_1Q2w3E4r5T6y7U8i", "card_1Q2w3E4r5T6y7U8i",
      "for Ada: key=sk_live_51CanaryKeyCanary!",
    ]
  )
  func finds(text: String) {
    #expect(ProcessorSecretScreen.containsKeyOrToken(text))
  }

  @Test(
    "accepts everything else",
    arguments: [
      "", "pm_card_visa", "pm_card_mastercard", "sk_live_", "sk_live_short", "a card_holder's memo", "whsec_",
    ]
  )
  func passes(text: String) {
    #expect(!ProcessorSecretScreen.containsKeyOrToken(text))
  }

  @Test("does not treat a card's token as a key")
  func token() {
    #expect(!ProcessorSecretScreen.containsKey("pm_1Q2w3E4r5T6y7U8i"))
  }
}
