import CreditsAPI
import ProcessorAPI

// Messages whose names are values' names too.

typealias MoneyMessage = CreditsAPI.Money
typealias BillingDetailsMessage = CreditsAPI.BillingDetails
typealias CardMessage = ProcessorAPI.Card
