extension CreditsError {
  /// The amount under `key`, in the currency that the metadata names.
  func money(_ key: String) -> Money? {
    guard let micros = integer(key), let currencyCode = text("currency_code") else { return nil }
    return .micros(micros, currencyCode)
  }

  func integer(_ key: String) -> Int64? { metadata[key].flatMap { Int64($0) } }

  /// Nil also where the value is empty, which says that there is none.
  func text(_ key: String) -> String? {
    guard let text = metadata[key], !text.isEmpty else { return nil }
    return text
  }
}
