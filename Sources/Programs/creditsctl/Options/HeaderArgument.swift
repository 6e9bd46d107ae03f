import ArgumentParser
import DynamicMessages
import Encodings
import UnixGRPC

/// A metadata entry `key: value` on the command line.
struct HeaderArgument: ExpressibleByArgument {
  private let key: String
  private let value: Metadata.Value

  init?(argument: String) {
    guard let colon = argument.firstIndex(of: ":") else { return nil }
    key = argument[..<colon].lowercased()
    let text = String(argument[argument.index(after: colon)...].drop { $0 == " " })
    guard !key.isEmpty else { return nil }
    if key.hasSuffix("-bin") {
      guard let bytes = Base64.decode(text, alphabet: .standardOrURL) else { return nil }
      value = .binary(bytes)
    } else {
      value = .text(text)
    }
  }

  func add(to metadata: inout Metadata) {
    switch value {
    case .text(let text): metadata.add(key, text)
    case .binary(let bytes): metadata.add(key, binary: bytes)
    }
  }
}
