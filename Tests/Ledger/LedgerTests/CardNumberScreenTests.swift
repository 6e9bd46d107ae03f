import Ledger
import Testing

@Suite("The card number screen")
struct CardNumberScreenTests {
  @Test(
    "detects every issuer's numbers, however they are spaced",
    arguments: [
      "4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "4242.4242.4242.4242", "378282246310005",
      "5555555555554444", "2223003122003222", "6011111111111117", "3566002020360505", "30569309025904",
      "6200000000000005", "4222222222222", "card=4242424242424242;", "order 12 4242 4242 4242 4242",
      "4242 4242 4242 4242 thanks", "4242424242424242 4", "x4242424242424242x", "tok_4242424242424242",
    ]
  )
  func finds(text: String) {
    #expect(CardNumberScreen.containsCardNumber(text))
  }

  @Test(
    "accepts other numbers",
    arguments: [
      "", "pm_card_visa", "4242424242424241", "42424242", "1234567890123452", "9999999999999995", "0000000000000000",
      "424242424242424242424242", "2026-11-23 17:05:00", "pm_1Q2w3E4r5T6y7U8i", "4242/4242/4242/4242",
      "４２４２４２４２４２４２４２４２",
    ]
  )
  func passes(text: String) {
    #expect(!CardNumberScreen.containsCardNumber(text))
  }
}
