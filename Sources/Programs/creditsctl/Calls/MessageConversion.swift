import DynamicMessages

/// Converts JSON to request bytes and response bytes to JSON, with the types that the server describes.
struct MessageConversion: Sendable {
  let schema: Schema
  var defaults = JSONPrinter.Defaults.zerosAndEmpty

  /// Encodes a JSON document as a message of type `name`.
  ///
  /// - Throws: ``CommandFailure/usage(_:)``, which gives the fault and its place in the document.
  func bytes(_ document: JSONDocument, type name: String) async throws -> [UInt8] {
    let value: JSONValue
    do { value = try document.value() } catch {
      throw CommandFailure.usage(Self.text("\(error)", document, error.offset))
    }
    let type = try await type(name)
    return try await loadingTypes { types in
      do throws(JSONMappingError) {
        return .success(WireEncoder.bytes(of: try JSONReader(types: types).message(value, as: type)))
      } catch {
        if case .typeMissing(let missing) = error.reason {
          return .typeMissing(missing, .usage(Self.text("\(error)", document, error.offset)))
        }
        throw CommandFailure.usage(Self.text("\(error)", document, error.offset))
      }
    }
  }

  /// Decodes a message of type `name` as JSON.
  ///
  /// An Any whose type the server does not describe is shown as bytes.
  func json(_ bytes: [UInt8], type name: String) async throws -> JSONValue {
    let type = try await type(name)
    var printer = JSONPrinter(types: TypePool())
    printer.defaults = defaults
    do { return try await json(bytes, type, printer) } catch is TypeUnknown {
      printer.unresolvedAny = .showBytes
      do { return try await json(bytes, type, printer) } catch let unknown as TypeUnknown { throw unknown.failure }
    }
  }

  private func json(_ bytes: [UInt8], _ type: MessageType, _ blank: JSONPrinter) async throws -> JSONValue {
    try await loadingTypes { types in
      var printer = blank
      printer.types = types
      do {
        return .success(try printer.json(WireDecoder(types: types).message(bytes, as: type)))
      } catch let error as WireDecodingError {
        let failure = CommandFailure.schema("the answer is not a \(type.fullName): \(error)")
        if case .typeMissing(let missing) = error.reason { return .typeMissing(missing, failure) }
        throw failure
      } catch let error as JSONMappingError {
        let failure = CommandFailure.schema("the answer has no JSON form: \(error)")
        if case .typeMissing(let missing) = error.reason { return .typeMissing(missing, failure) }
        throw failure
      }
    }
  }

  func type(_ name: String) async throws -> MessageType {
    _ = try await schema.load(symbol: name)
    guard let type = await schema.types.message(name) else {
      throw CommandFailure.schema("the server does not describe the message type \(name)")
    }
    return type
  }

  // MARK: Loading of types

  private enum Attempt<Value> {
    case success(Value)
    case typeMissing(String, CommandFailure)
  }

  /// A type is needed that the server does not describe.
  private struct TypeUnknown: Error {
    let failure: CommandFailure
  }

  /// Retries `attempt` after loading each missing type, until none is missing or the server does not describe one.
  private func loadingTypes<Value>(_ attempt: (TypePool) throws -> Attempt<Value>) async throws -> Value {
    var missing: Set<String> = []
    while true {
      switch try attempt(await schema.types) {
      case .success(let value): return value
      case .typeMissing(let name, let failure):
        guard missing.insert(name).inserted, try await schema.load(symbol: name) else {
          if case .usage = failure { throw failure }
          throw TypeUnknown(failure: failure)
        }
      }
    }
  }

  /// Formats the sentence, the place if it is known, and the line with a mark under the place.
  private static func text(_ sentence: String, _ document: JSONDocument, _ offset: Int?) -> String {
    guard let offset else { return visible(sentence) }
    let place = document.location(of: offset)
    let mark = String(repeating: " ", count: place.excerptColumn) + "^"
    return "line \(place.line), column \(place.column): \(visible(sentence))\n  \(visible(place.excerpt))\n  \(mark)"
  }
}
