import Foundation
import ProtobufDescriptors
import Testing

@testable import protoc_gen_credits_swift

@Suite("The catalogue of reasons")
struct ReasonTests {
  private static let file = "shop/v1/errors.proto"

  private func catalog(change: (inout FileDescriptor) -> Void = { _ in }) throws -> ReasonCatalog {
    let bytes = try #require(Data(base64Encoded: reasonDescriptorSet))
    var files = try FileDescriptorSet(serializedBytes: [UInt8](bytes)).files
    let index = try #require(files.firstIndex { $0.name == Self.file })
    change(&files[index])
    return try ReasonCatalog(files: files, package: "shop.v1")
  }

  private func text(_ output: ReasonOutput) throws -> String { try output.text(of: catalog()) }

  @Test("is read from the options of its values, by the names of their fields")
  func reading() throws {
    let catalog = try catalog()
    #expect(catalog.reasons.map(\.name) == ["SOLD_OUT", "TOO_DEAR", "CLOSED"])
    #expect(catalog.reasons.map(\.code) == ["FAILED_PRECONDITION", "INTERNAL", "UNAVAILABLE"])
    #expect(catalog.reasons.map(\.isFinal) == [true, false, false])
    let keys = catalog.reasons.map { $0.keys.map(\.sentName) }
    #expect(keys == [["article_id", "count"], ["price", "currency_code"], []])
    #expect(catalog.reasons.map(\.isDeprecated) == [false, false, true])
    #expect(catalog.keys.map(\.kind) == [.text, .money, .id, .integer])
    #expect(catalog.keys.map(\.comment.trimmed).first == "The currency.")
  }

  @Test("gives the ledger an enum with the properties that the rules need, without imports")
  func ledger() throws {
    let text = try text(.ledger)
    #expect(!text.contains("import "))
    #expect(text.contains("  /// Nothing of it is left.\n  /// Come again.\n  case soldOut = \"SOLD_OUT\"\n"))
    #expect(text.contains("  /// The shop is closed.\n  ///\n  /// Deprecated.\n  case closed = \"CLOSED\"\n"))
    #expect(text.contains("      case .soldOut: true\n      case .tooDear: false\n"))
    #expect(text.contains("case .tooDear: [.price, .currencyCode]\n"))
    #expect(text.contains("case .closed: []\n"))
    #expect(text.contains("    case articleID = \"article_id\"\n"))
    #expect(text.contains("case .price: .money\n"))
  }

  @Test("gives the server the code of each")
  func server() throws {
    let text = try text(.server)
    #expect(text.contains("case .soldOut: .failedPrecondition\n"))
    #expect(text.contains("case .tooDear: .`internal`\n"))
    #expect(text.contains("case .closed: .unavailable\n"))
  }

  @Test("gives clients a constant for each reason and a property for each key, with links between them")
  func client() throws {
    let text = try text(.client)
    #expect(text.contains("  public static let soldOut = Self(rawValue: \"SOLD_OUT\")\n"))
    #expect(text.contains("/// The code is `FAILED_PRECONDITION`. Final for its idempotency key"))
    #expect(text.contains("Comes with ``CreditsError/articleID``, ``CreditsError/count``."))
    #expect(text.contains("/// Comes with ``Reason/tooDear``.\n  public var price: Money? { money(\"price\") }\n"))
    #expect(text.contains("  public var articleID: String? { text(\"article_id\") }\n"))
    #expect(text.contains("  public var count: Int64? { integer(\"count\") }\n"))
    #expect(text.contains("  public var currencyCode: String? { text(\"currency_code\") }\n"))
  }

  @Test("gives the documentation a table for each section")
  func documentation() throws {
    let text = try text(.documentation)
    #expect(text.contains("\nWhy a sale fails.\n\n## What the shop has\n\n| reason |"))
    #expect(text.contains("\n| `SOLD_OUT` | `FAILED_PRECONDITION` | yes | `article_id`, `count` | Nothing of it is"))
    #expect(text.contains(" | Nothing of it is left. Come again. |\n"))
    #expect(text.contains("\n## The shop itself\n"))
    #expect(text.contains("| `price` | money | What it costs. |\n"))
  }

  struct Defect: CustomStringConvertible {
    let description: String
    let message: String
    let change: @Sendable (inout FileDescriptor) -> Void
  }

  static let defects = [
    Defect(description: "no options", message: "SOLD_OUT has no (shop.v1.reason)") {
      $0.messages[0].enums[0].values[1].options.extensions = []
    },
    Defect(description: "no code", message: "SOLD_OUT names no code but OK") {
      $0.messages[0].enums[0].values[1].options.extensions[0].content = []
    },
    Defect(description: "a field that nobody knows", message: "SOLD_OUT sets an unknown field of (shop.v1.reason)") {
      $0.messages[0].enums[0].values[1].options.extensions[0].content += [0x78, 1]
    },
    Defect(description: "a key twice", message: "SOLD_OUT names a metadata key that is not declared, or one twice") {
      $0.messages[0].enums[0].values[1].options.extensions[0].content += [0x2A, 1, 3]
    },
    Defect(description: "no such key", message: "SOLD_OUT names a metadata key that is not declared, or one twice") {
      $0.messages[0].enums[0].values[1].options.extensions[0].content += [0x2A, 1, 9]
    },
    Defect(description: "an amount without its currency", message: "SOLD_OUT has an amount without CURRENCY_CODE") {
      $0.messages[0].enums[0].values[1].options.extensions[0].content += [0x2A, 1, 2]
    },
    Defect(description: "no comment", message: "SOLD_OUT has no comment that says what it means") {
      $0.messages[0].enums[0].values[1].comments.leading = " "
    },
    Defect(description: "no kind", message: "PRICE has no (shop.v1.metadata_kind) that is known") {
      $0.messages[1].enums[0].values[2].options.extensions = []
    },
    Defect(description: "no option", message: "shop.v1.reason is no message option of enum values") {
      $0.extensions.removeFirst()
    },
    Defect(description: "no enum", message: "there is no enum shop.v1.Error.Reason") { $0.messages[0].enums = [] },
  ]

  @Test("refuses invalid declarations", arguments: defects)
  func refusals(defect: Defect) {
    #expect(throws: GeneratorError(defect.message)) { try catalog(change: defect.change) }
  }
}
