import MessageDigest

/// Names that the simulated processor gives to what it makes.
///
/// With 131 random bits, so that a name never means two things: books that are lost or restored from a backup would count
/// from an earlier number, and a ledger that was not restored with them would charge another customer's card. Letters only,
/// because the ledger refuses a token with digits that may be a card number.
enum RandomName {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyz")
  private static let letterCount = 28

  /// Returns a name that depends only on `content`, for what is named again each time that it is read.
  static func make(_ kind: String, of content: String) -> String {
    let digest = SHA256.hash(Array(content.utf8))
    let words = [digest.0, digest.1, digest.2, digest.3].map { UInt64($0) }
    var name = ""
    for word in words {
      var rest = word
      for _ in 0..<(letterCount / words.count) {
        name.append(letters[Int(rest % UInt64(letters.count))])
        rest /= UInt64(letters.count)
      }
    }
    return "\(kind)_sim_\(name)"
  }

  static func make(_ kind: String) -> String {
    let name = (0..<letterCount).map { _ in letters[Int.random(in: letters.indices)] }
    return "\(kind)_sim_\(String(name))"
  }
}
