/// Names that the simulated processor gives to what it makes.
///
/// With 131 random bits, so that a name never means two things: books that are lost or restored from a backup would count
/// from an earlier number, and a ledger that was not restored with them would charge another customer's card. Letters only,
/// because the ledger refuses a token with digits that may be a card number.
enum RandomName {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz")
  private static let letterCount = 28

  static func make(_ kind: String) -> String {
    let name = (0..<letterCount).map { _ in letters[Int.random(in: letters.indices)] }
    return "\(kind)_sim_\(String(name))"
  }
}
