ssh-keygen -q -t ed25519 -N '' -C c -f ed25519
ssh-keygen -q -t rsa -b 1024 -N '' -C c -f rsa
ssh-keygen -lf rsa.pub | cut -d' ' -f1,3-
ssh-keygen -yf rsa | cmp - rsa.pub && echo 'the same key'
echo hello > message
ssh-keygen -Y sign -f ed25519 -n file message 2> /dev/null
echo "me $(cat ed25519.pub)" > allowed
ssh-keygen -Y verify -f allowed -I me -n file -s message.sig < message | cut -d' ' -f1-6
openssl genrsa -out key.pem 1024 2> /dev/null
openssl rsa -in key.pem -check -noout
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -subj /CN=localhost 2> /dev/null
openssl x509 -in tls.pem -noout -subject
openssl s_server -accept 4433 -key tls.key -cert tls.pem -www -quiet 2> /dev/null &
until_ok bash -c 'echo > /dev/tcp/127.0.0.1/4433'
printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect 127.0.0.1:4433 -CAfile tls.pem -verify_return_error -quiet -ign_eof 2>&1 |
  grep -aE '^HTTP|^verify|^New, TLS'
kill %1
openssl speed -seconds 1 sha256 2> /dev/null | grep -c '^sha256 .*k$'
