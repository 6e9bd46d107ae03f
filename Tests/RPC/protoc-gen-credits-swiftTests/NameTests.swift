import Testing

@testable import protoc_gen_credits_swift

@Suite("Names")
struct NameTests {
  @Test(
    "of members follow Swift's habits",
    arguments: [
      ("wallet_id", "walletID"), ("walletId", "walletID"), ("id", "id"), ("WALLET_ID", "walletID"), ("URL", "url"),
      ("GetWallet", "getWallet"), ("page_url", "pageURL"), ("last4", "last4"), ("Return", "`return`"),
      ("default", "`default`"), ("self", "self_"), ("init", "init_"), ("description", "description_"),
      ("HTTPServer", "httpServer"), ("camelCase_Field", "camelCaseField"), ("_odd__name_", "oddName"),
    ]
  )
  func members(proto: String, swift: String) {
    #expect(SwiftNames.member(proto) == swift)
  }

  @Test(
    "of enum cases leave out the enum's own",
    arguments: [
      ("STATE_UNSPECIFIED", "State", "unspecified"), ("ACTIVE", "State", "active"), ("STATE", "State", "state"),
      ("SERVING_STATUS_ON", "ServingStatus", "on"), ("TYPE_3D", "Type", "_3D"), ("TYPE_SELF", "Type", "self_"),
      ("NUMBER_PURCHASE", "Reason", "numberPurchase"), ("UNRECOGNIZED", "State", "unrecognized_"),
      ("STATED", "State", "stated"),
    ]
  )
  func enumCases(value: String, type: String, swift: String) {
    #expect(SwiftNames.enumCase(value, of: type) == swift)
  }

  @Test(
    "of types begin in upper case and hide nothing that generated code uses",
    arguments: [
      ("Wallet", "Wallet"), ("my_type", "MyType"), ("lower", "Lower"), ("Type", "Type_"), ("String", "String_"),
    ]
  )
  func types(proto: String, swift: String) {
    #expect(SwiftNames.type(proto) == swift)
  }

  @Test(
    "in C are those that protoc-c gives",
    arguments: [
      ("credits.v1.GetWalletRequest", "Credits__V1__GetWalletRequest", "credits__v1__get_wallet_request"),
      ("my_pkg.v1Alpha.lowerMsg", "MyPkg__V1Alpha__LowerMsg", "my_pkg__v1_alpha__lower_msg"),
      ("p.OAuthToken2FA.MyMapXEntry", "P__OAuthToken2FA__MyMapXEntry", "p__oauth_token2_fa__my_map_xentry"),
      ("Bare", "Bare", "bare"),
    ]
  )
  func cNames(full: String, type: String, functions: String) {
    #expect(CNames.type(full) == type)
    #expect(CNames.functions(full) == functions)
  }

  @Test("of members in C are lower case, with an underscore after keywords of C++")
  func cMembers() {
    #expect(CNames.member("camelCase_Field") == "camelcase_field")
    #expect(CNames.member("Return") == "return_")
    #expect(CNames.member("self") == "`self`")
    #expect(CNames.count("class") == "n_class_")
    #expect(CNames.oneofCase("pickOne_of") == "pick_one_of_case")
    #expect(CNames.oneofCaseType("pickOne_of", in: "p.Msg") == "P__Msg__PickOneOfCase")
  }
}
