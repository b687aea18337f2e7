<?php
// The bank's own PHP SDK, unmodified: ALLIANCEPAY_PHP_SDK holds its lib/, SIMPLEJWT that of kelvinmo/simplejwt 1.1.
// sdk.php create -> {"hppOrderId"}; sdk.php finish <hppOrderId> -> {"orderStatus", "refund"}
declare(strict_types=1);

use AlliancePay\Sdk\Payment\Dto\Order\OrderRequestDTO;
use AlliancePay\Sdk\Payment\Dto\Refund\RefundRequestDTO;
use AlliancePay\Sdk\Payment\Order\CheckOrderData;
use AlliancePay\Sdk\Payment\Order\CreateOrder;
use AlliancePay\Sdk\Payment\Refund\RefundOrder;
use AlliancePay\Sdk\Services\Authorization\AuthorizationService;
use AlliancePay\Sdk\Services\DateTime\DateTimeImmutableProvider;
use AlliancePay\Sdk\Services\RequestIdentification\GenerateRequestIdentification;

const ROOTS = ['AlliancePay\\Sdk\\' => 'ALLIANCEPAY_PHP_SDK:/lib/', 'SimpleJWT\\' => 'SIMPLEJWT:/src/SimpleJWT/'];
spl_autoload_register(function (string $class): void {
    foreach (ROOTS as $prefix => $root) {
        [$variable, $folder] = explode(':', $root);
        $file = getenv($variable) . $folder . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) require $file;
    }
});

$auth = (new AuthorizationService())->initAuthorization([
    'baseUrl' => getenv('BANK_URL') . '/', // as its README writes it, so that two slashes follow
    'merchantId' => getenv('MERCHANT_ID'),
    'serviceCode' => getenv('SERVICE_CODE'),
    'authenticationKey' => getenv('CLIENT_KEY'),
]);

if ($argv[1] === 'create') {
    $order = OrderRequestDTO::fromArray([
        'merchantRequestId' => GenerateRequestIdentification::generateRequestId(),
        'merchantId' => $auth->getMerchantId(),
        'hppPayType' => 'PURCHASE',
        'directType' => 'REDIRECT', // its README leaves it out, its own validation demands it
        'coinAmount' => 10050,
        'paymentMethods' => ['CARD'],
        'successUrl' => 'https://shop.example/success',
        'failUrl' => 'https://shop.example/fail',
        'statusPageType' => 'STATUS_TIMER_PAGE',
        'customerData' => ['senderCustomerId' => 'customer_1'],
    ]);
    $created = (new CreateOrder())->createOrder($order, $auth);
    echo json_encode(['hppOrderId' => $created->getHppOrderId()]);
    exit;
}

$data = (new CheckOrderData())->checkOrderData($argv[2], $auth);
$refund = (new RefundOrder())->createRefund(RefundRequestDTO::fromArray([
    'merchantRequestId' => GenerateRequestIdentification::generateRequestId(),
    'merchantId' => $auth->getMerchantId(),
    'operationId' => $data->toArray()['operations'][0]['operationId'],
    'coinAmount' => 50,
    'date' => DateTimeImmutableProvider::fromString('now', DateTimeImmutableProvider::KYIV_TIMEZONE),
]), $auth);
echo json_encode(['orderStatus' => $data->getOrderStatus(), 'refund' => $refund->toArray()]);
