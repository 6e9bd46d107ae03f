import CreditsAPI
import DynamicMessages
import ProtobufDescriptors
import UnixGRPC

/// The path of a text field in a request: `credits.v1.RechargeService/Recharge`, `billing_details.name`.
struct TextField: CustomStringConvertible {
  let method: MethodName
  let input: MessageType
  let path: [String]

  var description: String { "\(method) \(path.joined(separator: "."))" }

  /// Whether the field is a name, key or digest that the caller chooses. All other fields describe cards and people.
  var isIdentifier: Bool {
    guard let name = path.last else { return false }
    return ["idempotency_key", "signature", "reference", "page_token", "cursor", "known_digest", "currency_code"]
      .contains(name)
      || name.hasSuffix("_id")
  }

  /// Whether the field, a token or key, must not appear in any response.
  var isSecret: Bool { ["payment_method_token", "idempotency_key", "signature"].contains(path.last ?? "") }
}

/// The text fields of all requests, found through descriptors so that new ones are included.
struct EveryField {
  private let types: TypePool
  let fields: [TextField]

  init() throws {
    let set = try FileDescriptorSet(serializedBytes: ContractDescriptors.serializedFileDescriptorSet)
    let types = TypePool(files: set.files)
    var fields: [TextField] = []
    for service in set.files.filter({ $0.package == "credits.v1" }).flatMap(\.services) {
      for method in service.methods {
        guard let input = types.message(method.inputType) else { continue }
        let name = MethodName(service: service.fullName, method: method.name)
        for path in Self.texts(of: input, in: types) {
          fields.append(TextField(method: name, input: input, path: path))
        }
      }
    }
    self.types = types
    self.fields = fields
  }

  /// Returns a request that is valid except for `text` in the field.
  func request(_ text: String, in field: TextField, key: String) throws -> [UInt8] {
    let json = Self.json(field.input, types, field.path[...], text, key: key)
    return WireEncoder.bytes(of: try JSONReader(types: types).message(json, as: field.input))
  }

  private static func texts(of type: MessageType, in types: TypePool) -> [[String]] {
    type.fields.flatMap { field -> [[String]] in
      switch field.kind {
      case .string: return [[field.name]]
      case .message:
        guard let inner = types.message(field.descriptor.typeName), inner.wellKnown == nil else { return [] }
        return texts(of: inner, in: types).map { [field.name] + $0 }
      default: return []
      }
    }
  }

  private static func json(
    _ type: MessageType,
    _ types: TypePool,
    _ path: ArraySlice<String>?,
    _ text: String,
    key: String
  ) -> JSONValue {
    var members: [JSONMember] = []
    for field in type.fields {
      let isOnPath = path?.first == field.name
      if field.kind == .message, let inner = types.message(field.descriptor.typeName), inner.wellKnown == nil {
        // Settings would be refused first if the wallet has no card.
        guard isOnPath || ["amount", "billing_details"].contains(field.name) else { continue }
        let rest = isOnPath ? path?.dropFirst() : nil
        members.append(JSONMember(field.name, json(inner, types, rest, text, key: key)))
      } else if isOnPath {
        members.append(JSONMember(field.name, JSONValue(.string(text))))
      } else if let usual = usual(field.name, key: key) {
        members.append(JSONMember(field.name, usual))
      }
    }
    return JSONValue(.object(members))
  }

  private static func usual(_ name: String, key: String) -> JSONValue? {
    switch name {
    case "idempotency_key": JSONValue(.string(key))
    case "wallet_id": JSONValue(.string("w"))
    case "currency_code": JSONValue(.string("USD"))
    case "payment_method_token": JSONValue(.string("pm_card_visa_chargeDeclined"))
    case "micros": JSONValue(.string("10000000"))
    case "reason": JSONValue(.string("CALL"))
    case "kind": JSONValue(.string("CORRECTION"))
    case "memo": JSONValue(.string("a memo"))
    case "name": JSONValue(.string("Ada"))
    case "email": JSONValue(.string("ada@example.com"))
    case "country": JSONValue(.string("GB"))
    case "postal_code": JSONValue(.string("W1S 4BS"))
    default: nil
    }
  }
}
