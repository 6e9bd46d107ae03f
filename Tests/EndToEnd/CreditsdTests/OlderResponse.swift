import CreditsAPI
import DynamicMessages
import ProtobufDescriptors
import Testing

/// A response without what later versions have added to it, although the ledger has had it before.
struct OlderResponse {
  /// What the records of older versions hold and their responses did not show; suggestions, which are no part of a ledger;
  /// and the open recharge, which older versions only named, and which may have been one in review.
  private static let newerMembers: Set = [
    "processorChargeId", "processorRefundId", "memo", "suggestedAmounts", "suggestedThresholds", "openRecharge",
    "openRechargeId", "openRechargeExpireTime",
  ]

  private static let types =
    (try? FileDescriptorSet(
      serializedBytes: ContractDescriptors.serializedFileDescriptorSet
    )).map { TypePool(files: $0.files) }

  /// The response in JSON.
  let text: String

  /// - Parameter method: The service and method, separated by a slash.
  init(_ bytes: [UInt8], to method: String) throws {
    let types = try #require(Self.types)
    let parts = method.split(separator: "/").map(String.init)
    let output = try #require(types.service(parts[0])?.methods.first { $0.name == parts[1] }).outputType
    let message = try WireDecoder(types: types).message(bytes, as: try #require(types.message(output)))
    text = Self.text(try JSONPrinter(types: types).json(message))
  }

  private static func text(_ value: JSONValue) -> String {
    switch value.content {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let digits): digits
    case .string(let string): "\"\(string)\""
    case .array(let values): "[\(values.map { text($0) }.joined(separator: ", "))]"
    case .object(let members): "{\(kept(members).map { "\($0.key): \(text($0.value))" }.joined(separator: ", "))}"
    }
  }

  private static func kept(_ members: [JSONMember]) -> [JSONMember] {
    // Automatic recharges that are off wait for nothing, whatever the last one ended with.
    let isOff = members.contains { member in
      if member.key == "state", case .string("DISABLED") = member.value.content { true } else { false }
    }
    return members.filter { !newerMembers.contains($0.key) && !(isOff && $0.key == "declineCode") }
  }
}
