extension CreditsError {
  /// The amount stored under `key`, in the currency given by `currency_code`.
  func money(_ key: String) -> Money? {
    guard let micros = integer(key), let currencyCode = text("currency_code") else { return nil }
    return .micros(micros, currencyCode)
  }

  func integer(_ key: String) -> Int64? { metadata[key].flatMap { Int64($0) } }

  /// The text stored under `key`. An empty value means none, so it is nil too.
  func text(_ key: String) -> String? {
    guard let text = metadata[key], !text.isEmpty else { return nil }
    return text
  }
}
